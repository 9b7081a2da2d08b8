import { unavailable } from '@throughline/contracts';
import { Kafka, logLevel, type Admin, type KafkaConfig, type RetryOptions } from 'kafkajs';
import type { BusLog } from '../bus-log';
import { clientLog } from './client-log';
import { leaveGroup } from './leave-group';

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
/** The first finds out which brokers there are. */
const FEW_TRIES = { initialRetryTime: 100, maxRetryTime: 200, retries: 3 };

/** Clients of the cluster, with the settings under which kafkajs gets over a broker that is away. */
export class Cluster {
  /** All clients of a process say the same at the same time. */
  private readonly say: ReturnType<typeof clientLog>;

  constructor(private readonly options: ClusterOptions) {
    this.say = clientLog(options.log);
  }

  /** The tries of the client count for connecting and finding the leaders; those of a producer or consumer do not. */
  client(retry: RetryOptions): Kafka {
    const { log: _, ...options } = this.options;
    return new Kafka({
      ...options,
      retry,
      connectionTimeout: 1000,
      requestTimeout: 10_000,
      logLevel: logLevel.ERROR,
      logCreator: () => this.say,
    });
  }

  /** Takes a member out of its group that does not do it by itself any more. Throws what kafkajs throws. */
  leaveGroup(groupId: string, memberId: string): Promise<void> {
    return leaveGroup(this.client(FEW_TRIES), groupId, memberId);
  }

  /** Runs `act` with a fresh admin client: an old one does not learn of new topics. Throws `unavailable` where it fails. */
  async admin<T>(act: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = this.client(ONE_TRY).admin({ retry: ONE_TRY });
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
