// Servers in containers, where a Docker engine answers.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** True where an engine answers within 3 s. TL_TEST_CONTAINERS=0 says to use local processes all the same. */
export async function engineAnswers() {
  if (process.env.TL_TEST_CONTAINERS === '0') return false;
  return promisify(execFile)('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 3000 }).then(
    () => true,
    () => false,
  );
}

export async function postgresContainer() {
  const { PostgreSqlContainer } = await import('@testcontainers/postgresql');
  const container = await new PostgreSqlContainer('postgres:18')
    .withUsername('tl')
    .withPassword('tl')
    .withCommand(['postgres', '-c', 'max_connections=300', '-c', 'fsync=off'])
    .start();
  return { address: container.getConnectionUri(), stop: () => container.stop() };
}

export async function kafkaContainer() {
  const { KafkaContainer } = await import('@testcontainers/kafka');
  // Confluent Platform 8.1 is Apache Kafka 4.1; the class knows this image only.
  const container = await new KafkaContainer('confluentinc/cp-kafka:8.1.0')
    .withKraft()
    .withEnvironment({
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: '1000',
    })
    .start();
  return { address: `${container.getHost()}:${container.getMappedPort(9093)}`, stop: () => container.stop() };
}
