import { formatPosition, rejected, unavailable, type Position } from '@throughline/contracts';
import { WakeUp, type EventStore, type StoredEvent } from '@throughline/event-store';
import type { Database } from '@throughline/postgres';

export interface LogDoorParts {
  database: Pick<Database, 'relay' | 'listen'>;
  store: Pick<EventStore, 'readLog' | 'generation'>;
  /** The events as the log's owner publishes them, in their order: sealed under the tenant's current epoch. */
  records: (events: readonly StoredEvent[]) => Promise<readonly { value: Uint8Array }[]>;
}

const PAGE = 500;
const POLL_MS = 1_000;

/** The whole log for consumers, as text: one line of JSON an event, `{"position":"1.2.3","record":"<base64>"}`. */
export class LogDoor {
  private readonly closing = new AbortController();

  constructor(private readonly parts: LogDoorParts) {}

  /**
   * Lines after a place (undefined: from the log's start), in log order and none skipped, some hundreds at a time. It reads one page ahead
   * of whoever takes them, and no further. Ends where the log ends now, and where it is closed before that throws `unavailable`
   * (`log-door-closing`): a part must not look like the whole. With `follow` it ends when it is closed. Throws `rejected`
   * (`former-log-generation`, 410) before the first line where the place is of another generation of the log.
   */
  async open(after: Position | undefined, follow: boolean, gone: AbortSignal): Promise<AsyncGenerator<string>> {
    const generation = await this.parts.database.relay((tx) => this.parts.store.generation(tx));
    if (after && after.generation !== generation) throw formerGeneration();
    const end = AbortSignal.any([gone, this.closing.signal]);
    return follow ? this.following(after, end) : this.whole(after, end);
  }

  /** Ends what is read: what follows the log as its end, the rest as an error. */
  close(): void {
    this.closing.abort();
  }

  private async *whole(after: Position | undefined, end: AbortSignal): AsyncGenerator<string> {
    const ended = yield* this.lines(after, end, () => undefined);
    if (!ended && this.closing.signal.aborted) throw unavailable('log-door-closing', 'the log door closes before the end of the log');
  }

  private async *following(after: Position | undefined, end: AbortSignal): AsyncGenerator<string> {
    const wakeUp = new WakeUp();
    const ring = () => wakeUp.ring();
    end.addEventListener('abort', ring);
    const ear = await this.parts.database.listen('log', ring);
    let at = after;
    try {
      // Nothing may come for long: an empty line has the answer begin at once.
      yield '\n';
      while (!end.aborted) {
        yield* this.lines(at, end, (position) => (at = position));
        await wakeUp.wait(POLL_MS);
      }
    } finally {
      await ear.close();
    }
  }

  /** Up to where the log ends; returns whether it came to that. The next page is made while the last is on its way. */
  private async *lines(after: Position | undefined, end: AbortSignal, passed: (position: Position) => void): AsyncGenerator<string, boolean> {
    let page = await this.page(after);
    while (page.last && !end.aborted) {
      // A page is bounded by bytes too: only an empty one is the end.
      const next = this.page(page.last);
      // Looked at below; until then it is no unhandled one.
      next.catch(() => undefined);
      yield page.lines;
      passed(page.last);
      page = await next;
    }
    return page.last === undefined;
  }

  private async page(after: Position | undefined): Promise<{ lines: string; last: Position | undefined }> {
    const events = await this.parts.database.relay((tx) => this.parts.store.readLog(tx, after, PAGE));
    const records = await this.parts.records(events);
    const lines = events.map(({ position }, index) => lineOf(position, records[index]!.value)).join('');
    return { lines, last: events.at(-1)?.position };
  }
}

const lineOf = (position: Position, record: Uint8Array) =>
  `{"position":"${formatPosition(position)}","record":"${Buffer.from(record.buffer, record.byteOffset, record.length).toString('base64')}"}\n`;

const formerGeneration = () => rejected('former-log-generation', 'The position belongs to a former generation of the log.', { status: 410 });
