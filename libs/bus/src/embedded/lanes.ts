import type { Message } from '../bus.contract';
import { work, type Work } from '../work';

/** Pages with fewer messages go as one: each batch costs its handler a transaction. */
const SPLIT_FROM = 128;
const LANES = 2;

/** Why a lane has stopped before its end: what failed, or that it is to take no more. */
export type Stop = Error | 'told to';

export interface LanesOptions {
  job: Work;
  /** Messages of a batch at most. */
  maxBatch: number;
  /** Is the next batch to be taken? */
  going: () => boolean;
}

/**
 * Works pages in two lanes, half of the partitions each: while a batch of one waits for the database, one of the other is made. A page
 * may begin before the one ahead of it has ended; a key is of one lane, where everything goes in order. What stops a lane stops it for
 * all that comes after.
 */
export class Lanes {
  private readonly ends: Promise<Stop | undefined>[] = Array.from({ length: LANES }, () => Promise.resolve(undefined));

  constructor(private readonly options: LanesOptions) {}

  /** Resolves when the page is done, or with what stopped it. What is done goes into `settled`. Never throws. */
  async work(page: readonly Message[], settled: Set<Message>): Promise<Stop | undefined> {
    const { job, maxBatch } = this.options;
    const flooding = job.parked?.floodIn?.(page, page.length >= maxBatch);
    if (page.length < SPLIT_FROM) return this.whole(page, settled, flooding);
    const parts = this.ends.map((end, lane) => this.after(end, page.filter(({ partition }) => partition % LANES === lane), settled, flooding));
    parts.forEach((part, lane) => (this.ends[lane] = part));
    return firstOf(await Promise.all(parts));
  }

  private whole(page: readonly Message[], settled: Set<Message>, flooding?: string): Promise<Stop | undefined> {
    const all = this.after(Promise.all(this.ends).then(firstOf), page, settled, flooding);
    void this.ends.fill(all);
    return all;
  }

  private async after(end: Promise<Stop | undefined>, messages: readonly Message[], settled: Set<Message>, flooding?: string): Promise<Stop | undefined> {
    let stop = await end;
    const { job, maxBatch, going } = this.options;
    for (let at = 0; at < messages.length && !stop; at += maxBatch) stop = going() ? await work(messages.slice(at, at + maxBatch), job, settled, flooding) : 'told to';
    return stop;
  }
}

/** A failure tells more than being told. */
const firstOf = (stops: readonly (Stop | undefined)[]) => stops.find((stop) => stop instanceof Error) ?? stops.find(Boolean);
