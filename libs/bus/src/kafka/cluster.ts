import { unavailable } from '@throughline/contracts';
import { Kafka, logLevel, type Admin, type KafkaConfig } from 'kafkajs';
import type { BusLog } from '../bus-log';

export interface ClusterOptions {
  /** `host:port` of some brokers. */
  brokers: string[];
  clientId: string;
  /** As kafkajs takes them, for managed clusters. */
  ssl?: KafkaConfig['ssl'];
  sasl?: KafkaConfig['sasl'];
  log: BusLog;
}

/** One try: whoever asks has a loop of his own, so that a cluster that is away is known soon. */
const ONE_TRY = { retries: 0 };

/** The client of the cluster, with the settings under which kafkajs gets over a broker that is away. */
export class Cluster {
  readonly kafka: Kafka;

  constructor({ log, ...options }: ClusterOptions) {
    this.kafka = new Kafka({
      ...options,
      connectionTimeout: 1000,
      requestTimeout: 10_000,
      logLevel: logLevel.ERROR,
      logCreator: () => (entry) => log.warn({ client: 'kafkajs', part: entry.namespace, reason: entry.log.message }, 'the Kafka client reports'),
    });
  }

  /** Runs `act` with a fresh admin client: an old one does not learn of new topics. Throws `unavailable` where it fails. */
  async admin<T>(act: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = this.kafka.admin({ retry: ONE_TRY });
    try {
      await admin.connect();
      return await act(admin);
    } catch (error) {
      throw unavailable('bus-unavailable', 'Kafka does not answer as it should', error);
    } finally {
      await admin.disconnect();
    }
  }
}
