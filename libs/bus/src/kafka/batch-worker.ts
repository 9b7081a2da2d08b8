import type { TopicName } from '@throughline/contracts';
import type { Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { Message } from '../bus.contract';
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
  /** Rises with every assignment: a batch of an older one must not move an offset. */
  private assignment = 0;

  constructor(
    private readonly reading: Reading,
    private readonly progress: Progress,
    private readonly heartbeatMs: number,
  ) {}

  assignedAnew(): void {
    this.assignment++;
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
    const messages = wanted.map((message) => messageOf(this.reading.topic, batch.partition, message));
    const heart = new Heart(payload.heartbeat, this.heartbeatMs);
    try {
      for (let at = 0; at < messages.length; at += this.reading.maxBatch) {
        const beating = this.progress.going() && payload.isRunning() && !payload.isStale() && heart.beats && valid();
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
      this.progress.failed(failure);
      this.pauses.pause(partition, fetched.payload.pause());
    } else this.pauses.reset(partition);
    return !failure;
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
