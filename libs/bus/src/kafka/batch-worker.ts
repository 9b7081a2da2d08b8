import type { TopicName } from '@throughline/contracts';
import type { Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { Message } from '../bus.contract';
import { lastDone, type Frames } from '../frames/frames';
import { work, type Work } from '../work';
import { Heart } from './heart';
import { PartitionPauses } from './partition-pauses';

export interface Reading {
  topic: TopicName;
  group?: string;
  maxBatch: number;
  job: Work;
}

/** What the worker asks of the reader it works for. */
export interface Progress {
  going: () => boolean;
  /** Is this message still to be done? */
  wanted: (partition: number, message: KafkaMessage) => boolean;
  /** Everything before `offset` is done. */
  advance: (consumer: Consumer, partition: number, offset: string) => Promise<void>;
  failed: (error: Error) => void;
}

interface Fetched {
  consumer: Consumer;
  payload: EachBatchPayload;
  /** False once partitions were assigned anew. */
  valid: () => boolean;
}

/** Works the batches that kafkajs fetched, those of one partition one after the other. */
export class BatchWorker {
  private readonly pauses = new PartitionPauses();
  /** By partition: the batch in work, which the next one waits for. */
  private readonly inWork = new Map<number, Promise<void>>();
  /** By partition: how much of the record to be done next is done already. */
  private readonly partly = new Map<number, { offset: string; done: number }>();
  /** Rises with every assignment: a batch of an older one must not move an offset. */
  private assignment = 0;

  constructor(
    private readonly reading: Reading,
    private readonly progress: Progress,
    private readonly frames: Pick<Frames, 'open'>,
    private readonly heartbeatMs: number,
  ) {}

  assignedAnew(): void {
    this.assignment++;
    this.partly.clear();
  }

  async take(consumer: Consumer, payload: EachBatchPayload): Promise<void> {
    const { partition } = payload.batch;
    const assignment = this.assignment;
    const valid = () => assignment === this.assignment;
    const turn = (this.inWork.get(partition) ?? Promise.resolve()).then(() => this.takeBatch({ consumer, payload, valid }));
    this.inWork.set(partition, turn.catch(() => undefined));
    await turn;
  }

  /** Partitions that rest after a failure are not resumed any more. */
  endPauses(): void {
    this.pauses.end();
  }

  /** Resolves when nothing is in work. */
  async idle(): Promise<void> {
    await Promise.all(this.inWork.values());
  }

  /** Never throws for the handler's sake: kafkajs would stop all partitions of the member. */
  private async takeBatch(fetched: Fetched): Promise<void> {
    const { payload, valid } = fetched;
    const { batch, resolveOffset } = payload;
    const wanted = batch.messages.filter((message) => this.progress.wanted(batch.partition, message));
    if (!wanted.length && valid()) return resolveOffset(batch.lastOffset());
    const heart = new Heart(payload.heartbeat, this.heartbeatMs);
    try {
      const messages = await this.opened(fetched, wanted);
      for (let at = 0; at < messages.length; at += this.reading.maxBatch) {
        const beating = this.progress.going() && payload.isRunning() && !payload.isStale() && heart.beats && valid();
        if (!beating || !(await this.takeSlice(fetched, messages, at))) return;
      }
    } finally {
      heart.stop();
    }
  }

  /** The messages of all records; none where frames cannot be opened now: then the partition rests. */
  private async opened(fetched: Fetched, records: readonly KafkaMessage[]): Promise<readonly Message[]> {
    const { partition } = fetched.payload.batch;
    try {
      const opened = await Promise.all(records.map((record) => this.frames.open(messageOf(this.reading.topic, partition, record))));
      return this.left(partition, opened.flat());
    } catch (error) {
      this.rest(fetched, error as Error);
      return [];
    }
  }

  /** Of a record that failed in the middle its first messages do not come again. */
  private left(partition: number, messages: readonly Message[]): readonly Message[] {
    const partly = this.partly.get(partition);
    return partly && messages[0]?.offset === partly.offset ? messages.slice(partly.done) : messages;
  }

  private remember(partition: number, messages: readonly Message[], index: number): void {
    const offset = messages[index]?.offset;
    const before = this.partly.get(partition);
    const done = messages.slice(0, index).filter((message) => message.offset === offset).length;
    if (offset !== undefined && done) this.partly.set(partition, { offset, done: done + (before?.offset === offset ? before.done : 0) });
  }

  /** True where all of it is done and the next slice may follow. */
  private async takeSlice(fetched: Fetched, messages: readonly Message[], at: number): Promise<boolean> {
    const { done, error } = await work(messages.slice(at, at + this.reading.maxBatch), this.reading.job);
    if (!fetched.valid()) return false;
    const last = lastDone(messages, at + done);
    if (error) this.remember(fetched.payload.batch.partition, messages, at + done);
    const failure = (last ? await this.tryAdvance(fetched, last) : undefined) ?? error;
    if (failure) this.rest(fetched, failure);
    else this.pauses.reset(fetched.payload.batch.partition);
    return !failure;
  }

  private rest({ payload }: Fetched, failure: Error): void {
    this.progress.failed(failure);
    this.pauses.pause(payload.batch.partition, payload.pause());
  }

  private async tryAdvance({ consumer, payload }: Fetched, { partition, offset }: Message): Promise<Error | undefined> {
    try {
      await this.progress.advance(consumer, partition, String(BigInt(offset) + 1n));
      payload.resolveOffset(offset);
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }
}

function messageOf(topic: TopicName, partition: number, { offset, key, value, headers = {}, timestamp }: KafkaMessage): Message {
  const texts = Object.entries(headers).map(([name, text]) => [name, text?.toString() ?? '']);
  return {
    topic,
    partition,
    offset,
    publishedAt: Number(timestamp),
    key: key ?? Buffer.alloc(0),
    value: value ?? Buffer.alloc(0),
    headers: Object.fromEntries(texts) as Record<string, string>,
  };
}
