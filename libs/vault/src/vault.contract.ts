import type { Database, Tx } from '@throughline/postgres';
import type { VersionedKind } from './key-versions';

/** What a keyed hash is for; each purpose gives other hashes of the same text. */
export type HashPurpose = 'identity' | 'key' | 'conversation' | 'digest';

/** Keys that live behind the key port. `epoch`: bodies on the bus, daily. `raw`: raw input, monthly. `config`: account secrets. */
export type SealPurpose = 'epoch' | 'raw' | 'config';

/** AES-256-GCM: nonce (12 bytes), ciphertext, tag (16 bytes) in one box. The id it was sealed for is the associated data. */
export interface Sealed {
  keyId: string;
  box: Uint8Array;
}

/** A tenant's keys, ready to use without waiting. Ask the vault anew for every batch: epochs change by the clock. */
export interface TenantKeys {
  readonly tenant: string;
  /** Versions of the hash key, oldest first. */
  readonly hashVersions: readonly number[];
  /**
   * HMAC-SHA-256 under the tenant's hash key, cut to 16 bytes. Without a version the oldest one there is: what is stored
   * carries it until links from its hashes to a newer version's are made and it is destroyed. Text is taken as it is, so
   * callers normalise first. Throws `unavailable` (`no-current-key`) where this process knows no such version.
   */
  hash(purpose: HashPurpose, text: string | Uint8Array, version?: number): Buffer;
  /** Seals under the current key of the purpose. Throws `unavailable` (`no-current-key`) where there is none: nobody seals after an epoch's `sealUntil`, or more than a key's share of boxes. */
  seal(purpose: SealPurpose, id: string, plain: Uint8Array): Sealed;
  /** Opens what `seal` made. Throws `rejected` (`key-destroyed`) where the key is gone for good, `rejected` (`unopenable`) where the box was changed. */
  open(id: string, sealed: Sealed): Promise<Buffer>;
}

/** One segment's key: seals bodies at rest. */
export interface SegmentKey {
  readonly keyId: string;
  seal(id: string, plain: Uint8Array): Sealed;
  open(id: string, box: Uint8Array): Buffer;
}

/** Slots of a tenant: those in use, and those that were rotated out and are not destroyed yet. */
export interface SlotCounts {
  inUse: number;
  retired: number;
  /** Undefined where none is retired. */
  oldestRetired: Date | undefined;
}

/** The only way to keys. Beside what is said here, every method throws `unavailable` (`key-store-unavailable`) where the key store cannot be used. */
export interface Vault {
  /** Makes a new tenant's first keys; safe to repeat. */
  found(tenant: string): Promise<void>;
  /** Makes what the tenant lacks. Throws `unavailable` (`tenant-keys-missing`) where it was not founded in this store (`onlyFounded`). */
  forTenant(tenant: string): Promise<TenantKeys>;
  /**
   * Keys of segments, from cache or from the table `segment_key`; those that have none are made, wrapped by the key at a place
   * of a slot and inserted by this transaction. Throws `rejected` (`key-destroyed`) where one of them was erased.
   */
  segmentKeys(tx: Tx, tenant: string, segments: readonly string[]): Promise<Map<string, SegmentKey>>;
  /** The same for reading: a segment without a key (never made, or erased) is missing in the answer. */
  existingSegmentKeys(tx: Tx, tenant: string, segments: readonly string[]): Promise<Map<string, SegmentKey>>;
  /** Those of these segments that have a key which nobody erased, but whose slot the key store does not hold: it is another one, or older or newer than the database. */
  missingSegmentKeys(tx: Tx, tenant: string, segments: readonly string[]): Promise<Set<string>>;
  /** Destroys epoch and raw-input keys whose time is over (bus retention and a day; 90 days), in every tenant. Safe to repeat, from any process. How many were destroyed. */
  destroyExpired(): Promise<number>;

  /**
   * Takes the keys of these segments away, in the caller's transaction. From its commit on no process that asks opens or
   * seals with them, and none is ever made for them again. What opens older copies of the database goes with
   * `finishErasures`: call it after the commit. How many segments had a key.
   */
  erase(tx: Tx, tenant: string, segments: readonly string[]): Promise<number>;
  /** Destroys in the key store what committed erasures have left there. Safe to repeat, from any process, and to be killed at any moment: the next call goes on. How many keys. */
  finishErasures(database: Database): Promise<number>;
  /**
   * Wraps a tenant's segment keys anew, out of every slot made before this time. Readers and writers go on; safe to repeat.
   * The old slots open older backups until `destroyRetiredSlots`. How many keys were moved.
   * @param onProgress hears after each 500 how many that were
   */
  rotateSlots(database: Database, tenant: string, madeBefore: Date, onProgress?: (moved: number) => void): Promise<number>;
  /** Destroys the slots that were retired before this time: backups from before their rotation do not open any more. How many. */
  destroyRetiredSlots(database: Database, tenant: string, retiredBefore: Date): Promise<number>;
  /** What a service's database says of a tenant's slots. */
  slotCounts(database: Database, tenant: string): Promise<SlotCounts>;

  /**
   * Makes this version, the one after the newest, of a tenant's config or hash key; safe to repeat. Every process knows it
   * after VERSIONS_MS: config secrets are then sealed under it, hashes made on request. Throws `rejected` (`key-version`) where
   * one before it is missing or it was destroyed.
   */
  addVersion(tenant: string, kind: VersionedKind, version: number): Promise<void>;
  /** Versions there are of a tenant's config or hash key, oldest first; as the key store says now. */
  versions(tenant: string, kind: VersionedKind): Promise<number[]>;
  /** Destroys a version that nothing needs any more, with its parts: what it sealed does not open. Throws `rejected` (`key-in-use`) for the newest. */
  destroyVersion(tenant: string, kind: VersionedKind, version: number): Promise<void>;
}
