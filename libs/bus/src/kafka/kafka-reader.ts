import { unavailable } from '@throughline/contracts';
import type { Consumer, KafkaMessage } from 'kafkajs';
import type { Message } from '../bus.contract';
import { faultOf, type BusLog } from '../bus-log';
import type { FrameSealer } from '../frames/frame-sealer.contract';
import type { Frames } from '../frames/frames';
import { Subscriber } from '../subscriber';
import { BatchWorker, type Reading } from './batch-worker';
import type { Cluster } from './cluster';
import { Departures } from './departures';

/** A broker that is away does not crash the consumer: it is back within a second of the broker's return. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 1000, retries: 1000 };
const HEARTBEAT_MS = 1000;
/** What a broker sends at once at most, and of a partition: it bounds what lies in memory while a handler is stalled. A larger message comes alone. */
const FETCH_BYTES = 8 * 1024 * 1024;
const PARTITION_BYTES = 1024 * 1024;
/** How long a consumer that is still joining is waited for when it is closed; it ends by itself later. */
const QUIT_MS = 2000;

const nothing = () => undefined;

export interface KafkaParts {
  cluster: Cluster;
  frames: Frames;
  sealer: FrameSealer;
  log: BusLog;
  prefix: string;
  /** Partitions of one subscription worked at the same time. */
  concurrency: number;
  /** Ms. Of silence, after which the group goes on without the member (default 10,000); and to finish what is in hand when the group shares anew (default 60,000). */
  timing?: { sessionMs?: number; rebalanceMs?: number };
}

/** Reads a topic by a consumer of kafkajs, and makes a new one when that gives up. */
export abstract class KafkaReader extends Subscriber {
  protected readonly topicName: string;
  private readonly worker: BatchWorker;
  private readonly departures: Departures;
  private crash: Error | undefined;
  private readonly leaving: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(
    protected readonly parts: KafkaParts,
    protected readonly reading: Reading,
  ) {
    super(parts.log, { topic: reading.topic, group: reading.group });
    this.topicName = parts.prefix + reading.topic;
    const progress = { going: this.going, paused: () => this.paused, wanted: this.wanted.bind(this), advance: this.advance.bind(this), failed: this.handlerFailed };
    this.worker = new BatchWorker(reading, progress, parts.frames, HEARTBEAT_MS);
    this.departures = new Departures(parts, this.ending);
  }

  /** The group to join with the next consumer. */
  protected abstract groupId(): string;
  /** Before joining; throws where the topic cannot be read now. */
  protected abstract prepare(): Promise<void>;
  protected abstract joined(): void;
  /** These, one at least, are done, and everything before them. */
  protected abstract advance(consumer: Consumer, done: readonly Message[]): Promise<void>;
  /** Is this message still to be done? */
  protected abstract wanted(partition: number, message: KafkaMessage): boolean;
  /** Once a second or so. */
  protected abstract idle(): Promise<void>;
  /** After the consumer has left its group. */
  protected abstract left(groupId: string): Promise<void>;

  override resume(): void {
    super.resume();
    this.worker.resume();
  }

  override async close(): Promise<void> {
    this.leaving.resolve();
    await super.close();
  }

  protected async session(): Promise<void> {
    await this.prepare();
    const groupId = this.groupId();
    const consumer = this.consumer(groupId);
    const joining = this.join(consumer);
    try {
      await Promise.race([joining, this.leaving.promise]);
      while (this.going() && !this.crash) await this.bell.wait(1000).then(() => this.idle());
      if (this.crash) throw this.crash;
    } finally {
      await this.quit(consumer, joining);
      await this.left(groupId);
    }
  }

  private consumer(groupId: string): Consumer {
    const { sessionMs = 10_000, rebalanceMs = 60_000 } = this.parts.timing ?? {};
    const consumer = this.parts.cluster.client(RETRY).consumer({
      groupId,
      retry: RETRY,
      sessionTimeout: sessionMs,
      rebalanceTimeout: rebalanceMs,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: 500,
      maxBytes: FETCH_BYTES,
      maxBytesPerPartition: PARTITION_BYTES,
      allowAutoTopicCreation: false,
    });
    this.crash = undefined;
    this.departures.watch(consumer, groupId);
    consumer.on(consumer.events.GROUP_JOIN, () => {
      this.worker.assignedAnew();
      this.joined();
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (payload.restart) return;
      this.crash = unavailable('bus-unavailable', 'the Kafka consumer gave up', payload.error);
      this.bell.ring();
    });
    return consumer;
  }

  private async join(consumer: Consumer): Promise<void> {
    await consumer.connect();
    await consumer.subscribe({ topics: [this.topicName], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: this.parts.concurrency,
      eachBatch: (payload) => this.worker.take(consumer, payload),
    });
  }

  private async quit(consumer: Consumer, joining: Promise<void>): Promise<void> {
    this.worker.endPauses();
    try {
      consumer.pause([{ topic: this.topicName }]);
    } catch {
      // It had not joined: there is nothing to pause.
    }
    await this.worker.idle();
    // Disconnected while it joins, kafkajs would run on for ever; with a cluster that is away it may join for very long.
    const ended = joining.then(nothing, nothing).then(() => consumer.disconnect());
    ended.catch((error: unknown) => this.log.warn({ ...this.names, ...faultOf(error) }, 'a consumer did not end well'));
    const timer = new Promise((resolve) => setTimeout(resolve, QUIT_MS).unref());
    await Promise.race([ended, timer]);
  }
}
