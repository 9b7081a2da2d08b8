import { LRUCache } from 'lru-cache';

/** Segment keys under one slot key. Erasing one segment re-wraps the others of its slot, so a slot stays small. */
export const SLOT_SIZE = 1_000;

/** How full the newest slot of a tenant is, as far as a transaction can see. Slots count from 1. */
export interface SlotUse {
  slot: number;
  used: number;
}

/**
 * Hands out places in slots. It remembers what it gave to transactions that have not committed yet; other processes do the
 * same on their side, so a slot may end up a batch or two over its size, never without bound.
 */
export class SlotFiller {
  private readonly newest = new LRUCache<string, SlotUse>({ max: 10_000 });

  /** The slots of `count` new keys, one for each. */
  take(owner: string, seen: SlotUse | undefined, count: number): number[] {
    const use = { ...fuller(this.newest.get(owner), seen) };
    const slots: number[] = [];
    while (slots.length < count) {
      if (use.used >= SLOT_SIZE) Object.assign(use, { slot: use.slot + 1, used: 0 });
      slots.push(use.slot);
      use.used += 1;
    }
    this.newest.set(owner, use);
    return slots;
  }
}

function fuller(a: SlotUse = { slot: 1, used: 0 }, b: SlotUse = { slot: 1, used: 0 }): SlotUse {
  if (a.slot !== b.slot) return a.slot > b.slot ? a : b;
  return a.used > b.used ? a : b;
}
