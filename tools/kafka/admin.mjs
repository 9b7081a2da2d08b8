// Questions to a broker.
import { createRequire } from 'node:module';

// kafkajs 2.2.4 waits for times that are over; Node says so each time.
process.removeAllListeners('warning');

const { Kafka, logLevel } = createRequire(import.meta.url)('kafkajs');

async function withAdmin(broker, work) {
  const kafka = new Kafka({ clientId: 'throughline-tools', brokers: [broker], logLevel: logLevel.NOTHING, retry: { retries: 12, initialRetryTime: 200, maxRetryTime: 1000 } });
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** A new broker makes its topic of offsets when the first group asks; until then every service would fail and wait. */
export const readyForGroups = (broker) => withAdmin(broker, (admin) => admin.fetchOffsets({ groupId: 'throughline-tools', topics: [] }));

/** Topics of ours: { name, partitions }. */
export const topicsOf = (broker) =>
  withAdmin(broker, async (admin) => (await admin.fetchTopicMetadata()).topics.filter(({ name }) => !name.startsWith('__')).map(({ name, partitions }) => ({ name, partitions: partitions.length })));
