import { randomUUID, type KeyObject } from 'node:crypto';
import type { Tx } from '@throughline/postgres';
import { LRUCache } from 'lru-cache';
import { toKeyOnce } from './box';
import { DamagedKey, PLACES_PER_SLOT, type KeyPort, type SlotKeys } from './key-port.contract';
import type { Place } from './segment-key-table';
import { addSlot, takePlaces } from './segment-slot-table';

/** 64 KiB each. */
const CACHED_SLOTS = 512;
/**
 * How long a process holds keys in memory that another has destroyed (ms). It opens nothing with them that was erased: each
 * batch asks the table first, and an erased key is not in it.
 */
export const CACHE_MS = 60_000;

/** A place nobody else has, with its key. */
export interface TakenPlace extends Place {
  key: KeyObject;
}

/** The slots of all tenants, out of the port. */
export class Slots {
  private readonly known = new LRUCache<string, SlotKeys>({ max: CACHED_SLOTS, ttl: CACHE_MS, ttlAutopurge: true });

  constructor(private readonly port: KeyPort) {}

  /** These slots by id; those that were destroyed are missing. */
  async get(tenant: string, ids: Iterable<string>): Promise<Map<string, SlotKeys>> {
    const slots = new Map<string, SlotKeys>();
    for (const id of new Set(ids)) {
      const slot = this.known.get(`${tenant}|${id}`) ?? this.remember(tenant, id, await this.port.getSlot(tenant, slotId(id)));
      if (slot) slots.set(id, slot);
    }
    return slots;
  }

  /** Places for so many new keys, taken by this transaction. */
  async take(tx: Tx, tenant: string, count: number): Promise<TakenPlace[]> {
    const taken: TakenPlace[] = [];
    for (let wanted = count; taken.length < count; ) {
      const { slot, first, end } = (await takePlaces(tx, tenant, wanted)) ?? (await this.make(tx, tenant, wanted));
      const keys = (await this.get(tenant, [slot])).get(slot);
      // After a restore a slot may name places whose keys are gone since: those are passed over, and damaged ones.
      for (let place = first; keys && place < end; place += 1) {
        const key = wholeKey(keys, place);
        if (key) taken.push({ slot, place, key: toKeyOnce(key) });
      }
      wanted = keys ? count - taken.length : PLACES_PER_SLOT;
    }
    return taken.slice(0, count);
  }

  forget(tenant: string, id: string): void {
    this.known.delete(`${tenant}|${id}`);
  }

  private async make(tx: Tx, tenant: string, count: number) {
    const slot = randomUUID();
    // In the port first: a row whose slot does not exist would take keys that nothing opens.
    this.remember(tenant, slot, await this.port.makeSlot(tenant, slotId(slot)));
    return addSlot(tx, tenant, slot, count);
  }

  private remember(tenant: string, id: string, slot: SlotKeys | undefined): SlotKeys | undefined {
    if (slot) this.known.set(`${tenant}|${id}`, slot);
    return slot;
  }
}

function wholeKey(keys: SlotKeys, place: number): Buffer | undefined {
  try {
    return keys.key(place);
  } catch (error) {
    if (error instanceof DamagedKey) return undefined;
    throw error;
  }
}

/** As the port names it. Ids are random, so they never come back, whatever backup is restored. */
export const slotId = (slot: string) => `slot:${slot}`;
