import { formatPosition, rejected, type Position } from '@throughline/contracts';
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
   * of whoever takes them, and no further. Ends where the log ends now; with `follow` when it is stopped. Throws `rejected`
   * (`former-log-generation`, 410) before the first line where the place is of another generation of the log.
   */
  async open(after: Position | undefined, follow: boolean, gone: AbortSignal): Promise<AsyncGenerator<string>> {
    const generation = await this.parts.database.relay((tx) => this.parts.store.generation(tx));
    if (after && after.generation !== generation) throw formerGeneration();
    const end = AbortSignal.any([gone, this.closing.signal]);
    return follow ? this.following(after, end) : this.lines(after, end, () => undefined);
  }

  /** Ends what follows the log. */
  close(): void {
    this.closing.abort();
  }

  private async *following(after: Position | undefined, end: AbortSignal): AsyncGenerator<string> {
    const wakeUp = new WakeUp();
    const ring = () => wakeUp.ring();
    end.addEventListener('abort', ring);
    const ear = await this.parts.database.listen('log', ring);
    let at = after;
    try {
      // A blank line sends the head of the answer: the first event may be long in coming.
      yield '\n';
      while (!end.aborted) {
        yield* this.lines(at, end, (position) => (at = position));
        await wakeUp.wait(POLL_MS);
      }
    } finally {
      await ear.close();
    }
  }

  /** Up to where the log ends. The next page is made while the last is on its way. */
  private async *lines(after: Position | undefined, end: AbortSignal, passed: (position: Position) => void): AsyncGenerator<string> {
    let page = await this.page(after);
    while (page.last && !end.aborted) {
      const next = page.isFull ? this.page(page.last) : undefined;
      // Looked at below; until then it is no unhandled one.
      next?.catch(() => undefined);
      yield page.lines;
      passed(page.last);
      if (!next) return;
      page = await next;
    }
  }

  private async page(after: Position | undefined): Promise<{ lines: string; last: Position | undefined; isFull: boolean }> {
    const events = await this.parts.database.relay((tx) => this.parts.store.readLog(tx, after, PAGE));
    const records = await this.parts.records(events);
    const lines = events.map(({ position }, index) => lineOf(position, records[index]!.value)).join('');
    return { lines, last: events.at(-1)?.position, isFull: events.length === PAGE };
  }
}

const lineOf = (position: Position, record: Uint8Array) =>
  `{"position":"${formatPosition(position)}","record":"${Buffer.from(record.buffer, record.byteOffset, record.length).toString('base64')}"}\n`;

const formerGeneration = () => rejected('former-log-generation', 'The position belongs to a former generation of the log.', { status: 410 });
