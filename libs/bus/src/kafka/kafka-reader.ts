import { unavailable, type TopicName } from '@throughline/contracts';
import type { Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { Message } from '../bus.contract';
import { faultOf, type BusLog } from '../bus-log';
import { Subscriber } from '../subscriber';
import { work, type Work } from '../work';
import type { Cluster } from './cluster';
import { Heart } from './heart';
import { PartitionPauses } from './partition-pauses';

/** A broker that is away does not crash the consumer: it is back within a second of the broker's return. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 1000, retries: 1000 };
const HEARTBEAT_MS = 1000;
/** How long a consumer that is still joining is waited for when it is closed; it ends by itself later. */
const QUIT_MS = 2000;

const nothing = () => undefined;

export interface KafkaParts {
  cluster: Cluster;
  log: BusLog;
  prefix: string;
  /** Partitions of one subscription worked at the same time. */
  concurrency: number;
}

export interface Reading {
  topic: TopicName;
  group?: string;
  maxBatch: number;
  job: Work;
}

/** Reads a topic by a consumer of kafkajs, and makes a new one when that gives up. */
export abstract class KafkaReader extends Subscriber {
  protected readonly topicName: string;
  private readonly pauses = new PartitionPauses();
  /** By partition: the batch in work, which the next one waits for. */
  private readonly inWork = new Map<number, Promise<void>>();
  /** Rises with every assignment: a batch of an older one must not move an offset. */
  private assignment = 0;
  private crash: Error | undefined;
  private readonly leaving: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(
    protected readonly parts: KafkaParts,
    protected readonly reading: Reading,
  ) {
    super(parts.log, { topic: reading.topic, group: reading.group });
    this.topicName = parts.prefix + reading.topic;
  }

  /** The group to join with the next consumer. */
  protected abstract groupId(): string;
  /** Before joining; throws where the topic cannot be read now. */
  protected abstract prepare(): Promise<void>;
  protected abstract joined(): void;
  /** Everything before `offset` is done. */
  protected abstract advance(consumer: Consumer, partition: number, offset: string): Promise<void>;
  /** Is this message still to be done? */
  protected abstract wanted(partition: number, message: KafkaMessage): boolean;
  /** Once a second or so. */
  protected abstract idle(): Promise<void>;
  /** After the consumer has left its group. */
  protected abstract left(groupId: string): Promise<void>;

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
    const consumer = this.parts.cluster.client(RETRY).consumer({
      groupId,
      retry: RETRY,
      sessionTimeout: 10_000,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: 500,
      allowAutoTopicCreation: false,
    });
    this.crash = undefined;
    consumer.on(consumer.events.GROUP_JOIN, () => {
      this.assignment++;
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
      eachBatch: (payload) => this.inTurn(consumer, payload),
    });
  }

  private async quit(consumer: Consumer, joining: Promise<void>): Promise<void> {
    this.pauses.end();
    try {
      consumer.pause([{ topic: this.topicName }]);
    } catch {
      // It had not joined: there is nothing to pause.
    }
    await Promise.all(this.inWork.values());
    // Disconnected while it joins, kafkajs would run on for ever; with a cluster that is away it may join for very long.
    const ended = joining.then(nothing, nothing).then(() => consumer.disconnect());
    ended.catch((error: unknown) => this.log.warn({ ...this.names, ...faultOf(error) }, 'a consumer did not end well'));
    const timer = new Promise((resolve) => setTimeout(resolve, QUIT_MS).unref());
    await Promise.race([ended, timer]);
  }

  private async inTurn(consumer: Consumer, payload: EachBatchPayload): Promise<void> {
    const { partition } = payload.batch;
    const assignment = this.assignment;
    const valid = () => assignment === this.assignment;
    const turn = (this.inWork.get(partition) ?? Promise.resolve()).then(() => this.takeBatch({ consumer, payload, valid }));
    this.inWork.set(partition, turn.catch(() => undefined));
    await turn;
  }

  /** Never throws for the handler's sake: kafkajs would stop all partitions of the member. */
  private async takeBatch(fetched: Fetched): Promise<void> {
    const { payload, valid } = fetched;
    const { batch, resolveOffset } = payload;
    const messages = batch.messages.filter((message) => this.wanted(batch.partition, message)).map((message) => this.message(batch.partition, message));
    if (!messages.length && valid()) return resolveOffset(batch.lastOffset());
    const heart = new Heart(payload.heartbeat, HEARTBEAT_MS);
    try {
      for (let at = 0; at < messages.length; at += this.reading.maxBatch) {
        const beating = this.going() && payload.isRunning() && !payload.isStale() && heart.beats && valid();
        if (!beating || !(await this.takeSlice(fetched, messages.slice(at, at + this.reading.maxBatch)))) return;
      }
    } finally {
      heart.stop();
    }
  }

  /** True where all of it is done and the next slice may follow. */
  private async takeSlice(fetched: Fetched, slice: readonly Message[]): Promise<boolean> {
    const { partition } = fetched.payload.batch;
    const { done, error } = await work(slice, this.reading.job);
    if (!fetched.valid()) return false;
    const failure = (done ? await this.tryAdvance(fetched, slice[done - 1]!) : undefined) ?? error;
    if (failure) {
      this.handlerFailed(failure);
      this.pauses.pause(partition, fetched.payload.pause());
    } else this.pauses.reset(partition);
    return !failure;
  }

  private async tryAdvance({ consumer, payload }: Fetched, { partition, offset }: Message): Promise<Error | undefined> {
    try {
      await this.advance(consumer, partition, String(BigInt(offset) + 1n));
      payload.resolveOffset(offset);
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }

  private message(partition: number, { offset, key, value, headers = {}, timestamp }: KafkaMessage): Message {
    const texts = Object.entries(headers).map(([name, text]) => [name, text?.toString() ?? '']);
    return {
      topic: this.reading.topic,
      partition,
      offset,
      publishedAt: Number(timestamp),
      key: key ?? Buffer.alloc(0),
      value: value ?? Buffer.alloc(0),
      headers: Object.fromEntries(texts) as Record<string, string>,
    };
  }
}

interface Fetched {
  consumer: Consumer;
  payload: EachBatchPayload;
  /** False once partitions were assigned anew. */
  valid: () => boolean;
}
