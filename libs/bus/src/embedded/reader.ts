import type { TopicName } from '@throughline/contracts';
import type { Message } from '../bus.contract';
import type { Backoff } from '../backoff';
import type { Bell } from '../bell';
import { lastWhole, numbered, PartOfOffset } from '../offsets';
import type { Work } from '../work';
import { Lanes, type Stop } from './lanes';
import { placeOf, type MessageLog, type Page, type Place } from './message-log';

/** What was committed but lies behind a transaction in progress is looked for again after 5 ms, doubling. */
const UNSETTLED_MS = 5;
const POLL_MS = 1000;

export interface Reading {
  log: MessageLog;
  topic: TopicName;
  from: Place;
  maxBatch: number;
  job: Work;
  bell: Bell;
  backoff: Backoff;
  going: () => boolean;
  /** While it is, nothing is read. */
  paused: () => boolean;
  /** After messages were done: everything up to here is. */
  onDone: (place: Place) => Promise<void>;
  /** When nothing at all lies behind the place reached. */
  onCaughtUp?: () => void;
  onFailure: (error: Error) => void;
}

/** Pages in work at a time. */
const PAGES = 2;

/** Reads a topic in order, page by page, as long as `going` says so. Throws where the log cannot be read. */
export async function read(reading: Reading): Promise<void> {
  const reader = new Reader(reading);
  try {
    while (reading.going()) await reader.step();
    await reader.finishAll();
  } finally {
    await reader.ended();
  }
}

/** A page in work. */
interface Started {
  page: readonly Message[];
  settled: Set<Message>;
  stop: Promise<Stop | undefined>;
}

class Reader {
  private lanes = this.newLanes();
  private readonly part = new PartOfOffset();
  private readonly started: Started[] = [];
  /** Everything up to here is done, and told. */
  private done = this.reading.from;
  /** Everything up to here is in work. */
  private reached = this.reading.from;
  private patience = UNSETTLED_MS;

  constructor(private readonly reading: Reading) {}

  /** While a handler waits for the database the next page is read and opened. */
  async step(): Promise<void> {
    const { log, topic, maxBatch, paused } = this.reading;
    const page = paused() ? RESTING : await log.read(topic, this.reached, maxBatch);
    const more = page.messages.length > 0;
    if (more) this.begin(numbered(page.messages));
    // Where nothing more comes, what is in work is all there is to wait for.
    if (this.started.length >= (more ? PAGES : 1)) await this.finish();
    else if (!more) await this.rest(page);
  }

  async finishAll(): Promise<void> {
    while (this.started.length > 0) await this.finish();
  }

  /** Whatever went wrong, whoever reads on meets nothing of it in work. */
  async ended(): Promise<void> {
    await Promise.all(this.started.map(({ stop }) => stop));
  }

  private newLanes(): Lanes {
    const { job, maxBatch, going, paused } = this.reading;
    return new Lanes({ job, maxBatch, going: () => going() && !paused() });
  }

  private begin(page: readonly Message[]): void {
    const settled = this.part.settledOf(page);
    this.started.push({ page, settled, stop: this.lanes.work(this.part.open(page), settled) });
    this.reached = placeOf(page.at(-1)!);
    this.patience = UNSETTLED_MS;
  }

  /** Ends the oldest page. Where it has stopped, what began after it ends too, is forgotten, and comes again. */
  private async finish(): Promise<void> {
    const { page, settled, stop: stopped } = this.started.shift()!;
    const stop = await stopped;
    if (stop) await Promise.all(this.started.splice(0).map((later) => later.stop));
    await this.commit(lastWhole(page, settled));
    this.part.note(page, settled);
    if (!stop) return;
    this.lanes = this.newLanes();
    this.reached = this.done;
    if (stop instanceof Error) await this.recover(stop);
  }

  private async commit(last: Message | undefined): Promise<void> {
    const place = last ? placeOf(last) : this.done;
    if (isSame(place, this.done)) return;
    await this.reading.onDone(place);
    this.reading.backoff.reset();
    this.done = place;
  }

  private async recover(error: Error): Promise<void> {
    const { onFailure, bell, backoff, going } = this.reading;
    onFailure(error);
    await bell.sleep(backoff.next(), going);
  }

  /** Nothing is in work, and there was nothing to read. */
  private async rest(page: Page): Promise<void> {
    if (page !== RESTING && !page.unsettled) this.reading.onCaughtUp?.();
    await this.reading.bell.wait(page.unsettled ? Math.min(this.patience, POLL_MS) : POLL_MS);
    this.patience = page.unsettled ? this.patience * 2 : UNSETTLED_MS;
  }
}

const isSame = (a: Place, b: Place) => a.xid === b.xid && a.n === b.n;

const RESTING: Page = { messages: [], unsettled: false };
