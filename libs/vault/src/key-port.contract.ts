/** `epoch`, `raw` and `config` seal, `hash` makes keyed hashes, `slot` wraps segment keys. */
export type KeyKind = 'epoch' | 'raw' | 'config' | 'hash' | 'slot';

/** Id of a key that stands alone; its name fits into that of a file. */
export const ALONE_ID = /^(epoch|raw|config|hash):[a-z0-9][a-z0-9_.-]{0,99}$/;

/** Keys in a slot. Places count from 0. */
export const PLACES_PER_SLOT = 1_024;

/**
 * The small mutable store outside every database and backup that holds what opens all the rest (docs/architecture.md, "Sealing").
 * Keys are 32 random bytes, made once and never changed. A kind's keys stand alone under `<kind>:<name>`, but those of slots,
 * which stand 1,024 under one id and go one by one. All processes see the same keys. What is answered is the caller's: he
 * wipes it. Every method throws ThroughlineError `unavailable` (`key-store-unavailable`) where the store cannot be used or
 * a key that stands alone is damaged, TypeError where tenant (a UUID in lower case) or id is none of this method's.
 */
export interface KeyPort {
  /** Undefined where there is none: never made, or destroyed. */
  get(tenant: string, id: string): Promise<Buffer | undefined>;
  /** The key of this id, made where there is none. Durable when it resolves; whoever asks at the same time gets the same key. */
  getOrMake(tenant: string, id: string): Promise<Buffer>;
  /** Undefined where there is none: never made, or destroyed as a whole. */
  getSlot(tenant: string, id: string): Promise<SlotKeys | undefined>;
  /** The keys of this slot, made where there is none, as `getOrMake` does. */
  makeSlot(tenant: string, id: string): Promise<SlotKeys>;
  /**
   * The keys at these places are gone for good when it resolves, their neighbours stay; resolves also where there were none.
   * Nothing is read to be written back, so any number of callers, processes that were thought dead among them, do no harm.
   */
  destroyPlaces(tenant: string, id: string, places: readonly number[]): Promise<void>;
  /** Ids of this kind, in no order. */
  list(tenant: string, kind: KeyKind): Promise<string[]>;
  /** Tenants that have keys. */
  tenants(): Promise<string[]>;
  /** Gone for good when it resolves, a slot with all its keys; resolves also where there was none. An id is not made again while it is being destroyed. */
  destroy(tenant: string, id: string): Promise<void>;
}

/** A slot as it was when it was read. */
export interface SlotKeys {
  /** Undefined where this key was destroyed. Throws `DamagedKey`. */
  key(place: number): Buffer | undefined;
}

/** The key of a place is not what was written there. No error that passes: whoever waits for the store would hold up all others for one customer. */
export class DamagedKey extends Error {
  override readonly name = 'DamagedKey';
}
