// Questions to a broker.
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';

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

const GROUPS_LIMIT_MS = 60_000;

/** A new broker makes its topic of offsets when the first group asks; until then every service would fail and wait. */
export const readyForGroups = (broker) =>
  withAdmin(broker, async (admin) => {
    for (const limit = Date.now() + GROUPS_LIMIT_MS; ; await delay(200)) {
      try {
        return await admin.fetchOffsets({ groupId: 'throughline-tools', topics: [] });
      } catch (error) {
        // While the topic is being made and loaded the coordinator moves, and kafkajs does not ask again by itself.
        if (Date.now() > limit) throw error;
      }
    }
  });

/** Topics of ours: { name, partitions }. */
export const topicsOf = (broker) =>
  withAdmin(broker, async (admin) => (await admin.fetchTopicMetadata()).topics.filter(({ name }) => !name.startsWith('__')).map(({ name, partitions }) => ({ name, partitions: partitions.length })));

/** How much was ever put on a topic since it was made: 0 where it is empty or not there. */
export const partitionEnds = (broker, topic) =>
  withAdmin(broker, (admin) => admin.fetchTopicOffsets(topic)).then((ends) => ends.reduce((sum, { high }) => sum + Number(high), 0), () => 0);
