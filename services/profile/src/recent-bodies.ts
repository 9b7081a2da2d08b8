import { LRUCache } from 'lru-cache';
import type { StoredEvent } from '@throughline/event-store';
import type { OpenBody } from './body-store';
import type { PlannedEvent } from './ledger-event';

/** Bytes of bodies kept; the relay comes by within a second. */
const KEPT_BYTES = 16 * 1024 * 1024;
const LARGE = 64 * 1024;
/** What an entry takes beside its body's bytes, roughly. */
const ENTRY_BYTES = 1_000;

interface Entry {
  envelope: Uint8Array;
  open: OpenBody;
}

/**
 * Bodies of events that this process has appended, in the open: the relay, which comes by right after, need not open them. Nothing is told
 * of an event whose transaction was rolled back: an event is the one remembered where its envelope, which commits to the body, is the same
 * to the byte. Large bodies are left where they lie.
 */
export class RecentBodies {
  private readonly entries = new LRUCache<string, Entry>({ maxSize: KEPT_BYTES, sizeCalculation: ({ open }) => open.plain.length + ENTRY_BYTES });

  /** @param envelope its bytes, as the log has them */
  keep({ envelope: { tenant, id }, body, plain }: PlannedEvent, envelope: Uint8Array): void {
    if (plain.length > LARGE) return;
    this.entries.set(nameOf(tenant, id), { envelope, open: { body, plain } });
  }

  find({ tenant, id, envelope }: Pick<StoredEvent, 'tenant' | 'id' | 'envelope'>): OpenBody | undefined {
    const entry = this.entries.get(nameOf(tenant, id));
    return entry && Buffer.compare(entry.envelope, envelope) === 0 ? entry.open : undefined;
  }
}

const nameOf = (tenant: string, event: string) => `${tenant}|${event}`;
