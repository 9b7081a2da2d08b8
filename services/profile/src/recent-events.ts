import { LRUCache } from 'lru-cache';
import type { StoredEvent } from '@throughline/event-store';
import type { AppendedEvent } from './appended-event';
import type { PlannedEvent } from './ledger-event';

/** Bytes of bodies kept; the relay comes by within a second. */
const KEPT_BYTES = 16 * 1024 * 1024;
const LARGE = 64 * 1024;
/** What an entry takes beside its body's bytes, roughly. */
const ENTRY_BYTES = 1_000;

export type RecentEvent = Pick<PlannedEvent, 'body' | 'plain'> & Pick<AppendedEvent, 'told'>;

interface Entry {
  envelope: Uint8Array;
  event: RecentEvent;
}

/**
 * Events that this process has appended, in the open: the relay, which comes by right after, need not open them. Nothing is told of an
 * event whose transaction was rolled back: an event is the one remembered where it has its place in the log, and its envelope, which
 * commits to the body, to the byte. Large bodies are left where they lie.
 */
export class RecentEvents {
  /** By the place's number, which no two events of a log have. */
  private readonly entries = new LRUCache<number, Entry>({ maxSize: KEPT_BYTES, sizeCalculation: ({ event }) => event.plain.length + ENTRY_BYTES });

  /** @param envelope its bytes, as the log has them */
  keep({ position, told }: Pick<AppendedEvent, 'position' | 'told'>, { body, plain }: Pick<PlannedEvent, 'body' | 'plain'>, envelope: Uint8Array): void {
    if (plain.length <= LARGE) this.entries.set(Number(position.n), { envelope, event: { body, plain, told } });
  }

  find({ position, envelope }: Pick<StoredEvent, 'position' | 'envelope'>): RecentEvent | undefined {
    const entry = this.entries.get(Number(position.n));
    return entry && Buffer.compare(entry.envelope, envelope) === 0 ? entry.event : undefined;
  }
}
