import { createHmac, type KeyObject } from 'node:crypto';
import { rejected, ThroughlineError, unavailable } from '@throughline/contracts';
import { LRUCache } from 'lru-cache';
import { openBox, sealBox, toKey } from './box';
import { comingKeyIds, currentKeyIds, HASH_KEY_ID, keyTimes, SEAL_GRACE_MS, sealingKeyId } from './key-calendar';
import type { KeyPort } from './key-port.contract';
import type { HashPurpose, Sealed, SealPurpose, TenantKeys } from './vault.contract';

const HASH_BYTES = 16;
/** Of a customer there are three: her identity, her key, her conversation. */
const CACHED_HASHES = 60_000;
/** Well below the grace in which the key of the day before still seals. */
const LOOK_AGAIN_MS = 10_000;
/** Longer texts are contents, which do not come back. */
const CACHED_TEXT_LENGTH = 200;

/** One tenant's keys out of the port, kept as long as they may be used. */
export class LoadedKeys implements TenantKeys {
  private readonly keys = new Map<string, KeyObject>();
  private readonly hashes = new LRUCache<string, Buffer>({ max: CACHED_HASHES });
  private preparing: Promise<void> | undefined;
  /** Unix ms: within, what is needed is known to be there. */
  private heldFrom = 0;
  private heldUntil = 0;

  constructor(
    readonly tenant: string,
    private readonly port: KeyPort,
    private readonly clock: () => Date,
  ) {}

  /** Loads or makes what is needed now and tomorrow; without any wait where it is there. */
  prepare(): Promise<void> | undefined {
    const at = this.clock().getTime();
    if (at >= this.heldFrom && at < this.heldUntil) return undefined;
    if (this.holds(currentKeyIds(at)) && this.holds(comingKeyIds(at))) {
      this.heldFrom = at;
      this.heldUntil = at + LOOK_AGAIN_MS;
      return undefined;
    }
    this.preparing ??= this.load(at).finally(() => (this.preparing = undefined));
    return this.preparing;
  }

  hash(purpose: HashPurpose, text: string | Uint8Array): Buffer {
    if (typeof text !== 'string' || text.length > CACHED_TEXT_LENGTH) return this.keyedHash(purpose, text);
    const name = `${purpose}\0${text}`;
    const known = this.hashes.get(name);
    if (known) return Buffer.from(known);
    const hash = this.keyedHash(purpose, text);
    this.hashes.set(name, hash);
    return Buffer.from(hash);
  }

  seal(purpose: SealPurpose, id: string, plain: Uint8Array): Sealed {
    const at = this.clock().getTime();
    // In the grace after midnight the old key still does, so a key store that is away for a moment stops nobody.
    const candidates = [sealingKeyId(purpose, at), sealingKeyId(purpose, at - SEAL_GRACE_MS)];
    const keyId = candidates.find((candidate) => this.keys.has(candidate) && at < keyTimes(candidate).sealUntil);
    if (!keyId) throw unavailable('no-current-key', `There is no current ${purpose} key to seal with.`);
    return { keyId, box: sealBox(this.keys.get(keyId)!, id, plain) };
  }

  async open(id: string, sealed: Sealed): Promise<Buffer> {
    const key = this.usable(sealed.keyId) ?? (await this.fetch(sealed.keyId));
    if (!key) throw rejected('key-destroyed', 'The key of a sealed body is gone for good.');
    return openBox(key, id, sealed.box);
  }

  /** A key past its time may have been destroyed by another process: only the store knows. */
  private usable(keyId: string): KeyObject | undefined {
    if (this.clock().getTime() < keyTimes(keyId).destroyAfter) return this.keys.get(keyId);
    this.keys.delete(keyId);
    return undefined;
  }

  private async fetch(keyId: string): Promise<KeyObject | undefined> {
    const bytes = await this.port.get(this.tenant, keyId);
    if (!bytes) return undefined;
    const key = toKey(bytes);
    this.keys.set(keyId, key);
    return key;
  }

  private async load(at: number): Promise<void> {
    await this.make(currentKeyIds(at));
    // Making ahead may fail: today goes on, and if it still fails when tomorrow's key is due, the line above says so.
    await this.make(comingKeyIds(at)).catch(unlessUnavailable);
  }

  private async make(ids: string[]): Promise<void> {
    for (const id of ids) {
      if (!this.keys.has(id)) this.keys.set(id, toKey(await this.port.getOrMake(this.tenant, id)));
    }
  }

  private holds(ids: string[]): boolean {
    return ids.every((id) => this.keys.has(id));
  }

  private keyedHash(purpose: HashPurpose, text: string | Uint8Array): Buffer {
    // The purpose and a NUL stand before the text: no purpose holds a NUL, so no two purposes hash the same bytes.
    const hmac = createHmac('sha256', this.keys.get(HASH_KEY_ID)!).update(`${purpose}\0`);
    return hmac.update(text).digest().subarray(0, HASH_BYTES);
  }
}

const unlessUnavailable = (error: unknown) => {
  if (!(error instanceof ThroughlineError && error.kind === 'unavailable')) throw error;
};
