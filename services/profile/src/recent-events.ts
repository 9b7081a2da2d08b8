import { comparePositions } from '@throughline/contracts';
import type { EventPlace, StoredEvent } from '@throughline/event-store';
import { LRUCache } from 'lru-cache';
import type { CardWords } from './event-cards';

/** Bytes of bodies kept, open and sealed, where the relay does not come by to fetch them. */
const KEPT_BYTES = 32 * 1024 * 1024;
const LARGE = 64 * 1024;
/** What an entry takes beside its body's bytes, roughly. */
const ENTRY_BYTES = 1_500;

/** What the relay needs of an event beside what the log says of it. */
export interface RecentEvent {
  /** The body's bytes. */
  plain: Uint8Array;
  words: CardWords;
}

interface Entry {
  stored: StoredEvent;
  event: RecentEvent;
}

/**
 * Events that this process has appended, in the open: the relay, which comes by right after, need not read and open them. Nothing is
 * told of an event whose transaction was rolled back: an event is the one remembered where it has its place in the log, and its envelope,
 * which commits to the body, to the byte. Large bodies are left where they lie.
 */
export class RecentEvents {
  /** By the place's number, which no two events of a log have. */
  private readonly entries = new LRUCache<number, Entry>({
    maxSize: KEPT_BYTES,
    sizeCalculation: ({ stored, event }) => event.plain.length + stored.box.length + ENTRY_BYTES,
  });

  keep(stored: StoredEvent, event: RecentEvent): void {
    if (event.plain.length <= LARGE) this.entries.set(Number(stored.position.n), { stored, event });
  }

  /** Whoever wanted them has had them: what lives on is dear to the garbage collector. */
  drop(events: readonly Pick<StoredEvent, 'position'>[]): void {
    for (const { position } of events) this.entries.delete(Number(position.n));
  }

  /** What the event says. */
  find(place: EventPlace): RecentEvent | undefined {
    return this.entry(place)?.event;
  }

  /** The event as the log has it. */
  recall(place: EventPlace): StoredEvent | undefined {
    return this.entry(place)?.stored;
  }

  private entry({ position, envelope }: EventPlace): Entry | undefined {
    const entry = this.entries.get(Number(position.n));
    if (!entry || comparePositions(entry.stored.position, position) !== 0) return undefined;
    return Buffer.compare(entry.stored.envelope, envelope) === 0 ? entry : undefined;
  }
}
