import type { Tx } from '@throughline/postgres';

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
  /** HMAC-SHA-256 under the tenant's hash key, cut to 16 bytes. */
  hash(purpose: HashPurpose, text: string | Uint8Array): Buffer;
  /** Seals under the current key of the purpose. Throws `unavailable` (`no-current-key`) where there is none: nobody seals after an epoch's `sealUntil`. */
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

/** The only way to keys. */
export interface Vault {
  /** Throws `unavailable` (`key-store-unavailable`) where the key store cannot be reached. Makes what a new tenant lacks. */
  forTenant(tenant: string): Promise<TenantKeys>;
  /** Keys of segments, from cache or from the table `segment_key`; those that have none are made, wrapped by a slot key and inserted by this transaction. */
  segmentKeys(tx: Tx, tenant: string, segments: readonly string[]): Promise<Map<string, SegmentKey>>;
  /** The same for reading: a segment without a key (never made, or erased) is missing in the answer. */
  existingSegmentKeys(tx: Tx, tenant: string, segments: readonly string[]): Promise<Map<string, SegmentKey>>;
  /** Destroys epoch and raw-input keys whose time is over (bus retention and a day; 90 days), in every tenant. Safe to repeat, from any process. How many were destroyed. */
  destroyExpired(): Promise<number>;
}
