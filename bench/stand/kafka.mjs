// The one Kafka broker that all contenders stand on, as `npm run up` starts it.
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readyForGroups } from '../../tools/kafka/admin.mjs';
import { startBroker } from '../../tools/kafka/broker.mjs';

const { Kafka, logLevel } = createRequire(import.meta.url)('kafkajs');

export class KafkaStand {
  static async start(folder) {
    const stand = new KafkaStand();
    stand.folder = folder;
    stand.broker = await startBroker(folder, { heap: '512m' });
    stand.address = stand.broker.address;
    await readyForGroups(stand.address);
    return stand;
  }

  /** Makes a topic of a peer. */
  create(topic, numPartitions) {
    return this.#admin((admin) => admin.createTopics({ topics: [{ topic, numPartitions, replicationFactor: 1 }], waitForLeaders: true }));
  }

  /** Partitions and settings of a topic, as the broker has them. */
  describe(topic) {
    return this.#admin(async (admin) => {
      const [{ partitions }] = (await admin.fetchTopicMetadata({ topics: [topic] })).topics;
      const { resources } = await admin.describeConfigs({ resources: [{ type: 2, name: topic, configNames: ['min.insync.replicas', 'flush.messages', 'retention.ms'] }], includeSynonyms: false });
      const settings = resources[0].configEntries.map(({ configName, configValue }) => `${configName} ${configValue}`);
      return `${topic}: ${partitions.length} partitions, replicas ${partitions[0].replicas.length}, ${settings.join(', ')}`;
    });
  }

  /** Messages ever put on a topic. */
  messages(topic) {
    return this.#admin(async (admin) => (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0));
  }

  /** Bytes of a topic on the disk, a buffer for each log file. */
  *bytesOf(topic) {
    const partitions = readdirSync(join(this.folder, 'data')).filter((name) => name.replace(/-\d+$/, '') === topic);
    for (const partition of partitions) {
      for (const file of readdirSync(join(this.folder, 'data', partition))) if (file.endsWith('.log')) yield readFileSync(join(this.folder, 'data', partition, file));
    }
  }

  stop() {
    return this.broker.stop();
  }

  async #admin(work) {
    const admin = new Kafka({ clientId: 'bench', brokers: [this.address], logLevel: logLevel.NOTHING, retry: { retries: 12 } }).admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  }
}
