import type { Position } from '@throughline/contracts';
import type { Tx } from '@throughline/postgres';
import type { EventPlace, EventStore, StoredEvent } from './event-store.contract';

/** What this process remembers of the event at a place, where it has this envelope. */
export type Recall = (place: EventPlace) => StoredEvent | undefined;

/** Pages read whole after one that was not remembered, before the memory is tried again: another process appends, and a try costs a read. */
const READ_WHOLE = 20;

/** Pages of the log, of which the events that are remembered are not read whole: bodies are most of a page's cost. */
export class RecalledPages {
  private whole = 0;

  constructor(
    private readonly store: Pick<EventStore, 'readLog' | 'readPlaces'>,
    private readonly recall: Recall,
  ) {}

  /** As `readLog`. */
  async read(tx: Tx, after: Position | undefined, limit: number, maxBytes: number): Promise<StoredEvent[]> {
    if (this.whole === 0) {
      const places = await this.store.readPlaces(tx, after, limit);
      const events = this.remembered(places);
      if (events.length * 2 >= places.length) return within(events, maxBytes);
      this.whole = READ_WHOLE;
    }
    this.whole -= 1;
    return this.store.readLog(tx, after, limit, { maxBytes });
  }

  /** Of the first places, up to one that is not remembered. */
  private remembered(places: readonly EventPlace[]): StoredEvent[] {
    const events: StoredEvent[] = [];
    for (const place of places) {
      const event = this.recall(place);
      if (!event) break;
      events.push(event);
    }
    return events;
  }
}

/** The first of them that fit, one at least. */
function within(events: StoredEvent[], maxBytes: number): StoredEvent[] {
  let bytes = 0;
  const tooMuch = events.findIndex(({ envelope, box }) => (bytes += envelope.length + box.length) > maxBytes);
  return tooMuch === -1 ? events : events.slice(0, Math.max(tooMuch, 1));
}
