import type { TopicName } from '@throughline/contracts';
import type { Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { Message } from '../bus.contract';
import { numbered, PartOfOffset, whole } from '../offsets';
import type { Frames } from '../frames/frames';
import { JoinedWork } from '../joined-work';
import type { Work } from '../work';
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
  paused: () => boolean;
  /** Is this message still to be done? */
  wanted: (partition: number, message: KafkaMessage) => boolean;
  /** These, one at least, are done, and everything before them. */
  advance: (consumer: Consumer, done: readonly Message[]) => Promise<void>;
  failed: (error: Error) => void;
}

interface Fetched {
  consumer: Consumer;
  payload: EachBatchPayload;
  /** False once partitions were assigned anew. */
  valid: () => boolean;
}

/** Works the batches that kafkajs fetched: those of one partition one after the other, those of several together. */
export class BatchWorker {
  private readonly pauses = new PartitionPauses();
  private readonly parts = new Map<number, PartOfOffset>();
  /** By partition: the batch in work, which the next one waits for. */
  private readonly inWork = new Map<number, Promise<void>>();
  private readonly joined: JoinedWork;
  /** Rises with every assignment: a batch of an older one must not move an offset. */
  private assignment = 0;

  constructor(
    private readonly reading: Reading,
    private readonly progress: Progress,
    private readonly frames: Pick<Frames, 'open'>,
    private readonly heartbeatMs: number,
  ) {
    this.joined = new JoinedWork(reading.job, reading.maxBatch);
  }

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

  /** Partitions that were held while the subscription was paused are fetched again. */
  resume(): void {
    this.pauses.release();
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
    if (this.progress.paused()) return this.pauses.hold(payload.pause());
    const wanted = batch.messages.filter((message) => this.progress.wanted(batch.partition, message));
    if (!wanted.length && valid()) return resolveOffset(batch.lastOffset());
    const heart = new Heart(payload.heartbeat, this.heartbeatMs);
    try {
      // A member that stood still, or whose broker came back without its data, goes on fetching where it was until it is told.
      const messages = (await heart.isKnown()) ? await this.opened(fetched, wanted) : undefined;
      if (messages) await this.takeMessages(fetched, messages, () => heart.beats);
    } finally {
      heart.stop();
    }
  }

  /** The messages of all records; undefined where frames cannot be opened now: then the partition rests. */
  private async opened(fetched: Fetched, records: readonly KafkaMessage[]): Promise<readonly Message[] | undefined> {
    const { partition } = fetched.payload.batch;
    try {
      const opened = await Promise.all(records.map((record) => this.frames.open(messageOf(this.reading.topic, partition, record))));
      return numbered(opened.flat());
    } catch (error) {
      this.rest(fetched, error as Error);
      return undefined;
    }
  }

  private rest({ payload }: Fetched, failure: Error): void {
    this.progress.failed(failure);
    this.pauses.pause(payload.batch.partition, payload.pause());
  }

  /** Slice by slice; the rest comes again where the group wants its members, or the subscription is paused. */
  private async takeMessages(fetched: Fetched, messages: readonly Message[], beats: () => boolean): Promise<void> {
    const { payload, valid } = fetched;
    const { maxBatch } = this.reading;
    const part = this.partOf(payload.batch.partition);
    const open = part.open(messages);
    const settled = part.settledOf(messages);
    const going = () => this.progress.going() && !this.progress.paused() && payload.isRunning() && !payload.isStale() && beats() && valid();
    for (let at = 0; at < open.length; at += maxBatch) {
      if (!going()) return;
      const error = await this.joined.work(open.slice(at, at + maxBatch), settled, going);
      part.note(messages, settled);
      if (!(await this.progressed(fetched, whole(messages, settled), error))) return;
    }
  }

  /** True where the next slice may follow. A member whose partitions were assigned anew commits nothing of the old ones. */
  private async progressed(fetched: Fetched, done: readonly Message[], error: Error | undefined): Promise<boolean> {
    const { partition } = fetched.payload.batch;
    if (!fetched.valid()) return false;
    const failure = (done.length > 0 ? await this.tryAdvance(fetched, done) : undefined) ?? error;
    if (failure) this.rest(fetched, failure);
    else this.pauses.reset(partition);
    return !failure;
  }

  private async tryAdvance({ consumer, payload }: Fetched, done: readonly Message[]): Promise<Error | undefined> {
    try {
      await this.progress.advance(consumer, done);
      payload.resolveOffset(done.at(-1)!.offset);
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }

  private partOf(partition: number): PartOfOffset {
    const part = this.parts.get(partition) ?? new PartOfOffset();
    this.parts.set(partition, part);
    return part;
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
