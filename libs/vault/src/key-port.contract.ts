/** `epoch`, `raw` and `config` seal, `slot` wraps segment keys, `hash` makes keyed hashes. */
export type KeyKind = 'epoch' | 'raw' | 'config' | 'slot' | 'hash';

/**
 * The small mutable store outside every database and backup that holds what opens all the rest (docs/architecture.md, "Sealing").
 * A key is 32 random bytes under `<kind>:<name>`, made once and never changed. All processes see the same keys.
 * Every method throws ThroughlineError `unavailable` (`key-store-unavailable`) where the store cannot be used.
 */
export interface KeyPort {
  /** Undefined where there is none: never made, or destroyed. */
  get(tenant: string, id: string): Promise<Buffer | undefined>;
  /** The key of this id, made where there is none. Durable when it resolves; whoever asks at the same time gets the same key. */
  getOrMake(tenant: string, id: string): Promise<Buffer>;
  /** Ids of this kind, in no order. */
  list(tenant: string, kind: KeyKind): Promise<string[]>;
  /** Tenants that have keys. */
  tenants(): Promise<string[]>;
  /** Gone for good when it resolves; resolves also where there was none. */
  destroy(tenant: string, id: string): Promise<void>;
}
