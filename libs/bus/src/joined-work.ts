import { isPassing } from '@throughline/contracts';
import type { Message } from './bus.contract';
import { takeUntil } from './take-until';
import { work, type Work } from './work';

/** Batches in the handler's hands at a time: while one waits for the disk the other is made. */
const FLIGHTS = 2;

/** What one partition brings. */
interface Slice {
  messages: readonly Message[];
  settled: Set<Message>;
  wanted: () => boolean;
  resolve: (error: Error | undefined) => void;
}

/**
 * Joins what several partitions bring into one batch: a partition alone brings a few messages, and each batch costs its handler a
 * transaction. Paced by what is in flight, never by a timer. Keys do not meet: a key is of one partition, and of a partition one
 * slice is in work at a time.
 */
export class JoinedWork {
  private waiting: Slice[] = [];
  private flights = 0;

  /** @param most messages of a batch, but at least one slice */
  constructor(
    private readonly job: Work,
    private readonly most: number,
  ) {}

  /**
   * As `work`, of messages of one partition: the error is given where it has left one of them open. Never throws.
   * @param wanted asked when their turn comes: a partition may be another member's by then, and they are left as they are
   */
  work(messages: readonly Message[], settled: Set<Message>, wanted: () => boolean): Promise<Error | undefined> {
    return new Promise((resolve) => {
      this.waiting.push({ messages, settled, wanted, resolve });
      if (this.flights < FLIGHTS) void this.fly();
    });
  }

  private async fly(): Promise<void> {
    this.flights += 1;
    // The partitions of one fetch come in one turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      const slices = this.next();
      if (slices.length > 0) await this.together(slices, this.floodIn(slices));
    }
    this.flights -= 1;
  }

  /** The first slice that has something open has what failed, unless it fails for all: those behind it go on without it. */
  private async together(slices: readonly Slice[], flooding: string | undefined): Promise<void> {
    const settled = new Set(slices.flatMap((slice) => [...slice.settled]));
    const error = await work(slices.flatMap(({ messages }) => messages), this.job, settled, flooding);
    const open = slices.filter((slice) => !end(slice, settled));
    const failed = error && isPassing(error) ? open : open.slice(0, 1);
    for (const { resolve } of failed) resolve(error);
    const behind = open.slice(failed.length);
    if (behind.length > 0) await this.together(behind, flooding);
  }

  /** Once a batch: each look counts. */
  private floodIn(slices: readonly Slice[]): string | undefined {
    const messages = slices.flatMap((slice) => slice.messages);
    return this.job.parked?.floodIn?.(messages, this.waiting.length > 0 || messages.length >= this.most);
  }

  private next(): Slice[] {
    const { wanted = [], late = [] } = Object.groupBy(this.waiting, (slice) => (slice.wanted() ? 'wanted' : 'late'));
    for (const { resolve } of late) resolve(undefined);
    this.waiting = wanted;
    let count = 0;
    return takeUntil(this.waiting, ({ messages }) => (count += messages.length) > this.most);
  }
}

/** Tells a slice what of it is settled. True where that is all of it. */
function end({ messages, settled, resolve }: Slice, all: ReadonlySet<Message>): boolean {
  const done = messages.filter((message) => all.has(message));
  for (const message of done) settled.add(message);
  if (done.length === messages.length) resolve(undefined);
  return done.length === messages.length;
}
