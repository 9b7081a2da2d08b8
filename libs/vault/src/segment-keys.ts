import type { KeyObject } from 'node:crypto';
import { rejected } from '@throughline/contracts';
import type { Tx } from '@throughline/postgres';
import { LRUCache } from 'lru-cache';
import { KEY_BYTES, openBox, sealBox, toKey } from './box';
import type { KeyPort } from './key-port.contract';
import { randomSalt } from './random-pool';
import { insertWrapped, newestSlot, readWrapped, type NewWrappedKey, type WrappedKey } from './segment-key-table';
import { SlotFiller } from './slot-filler';
import type { SegmentKey } from './vault.contract';

const CACHED_SEGMENTS = 100_000;
const CACHED_SLOTS = 10_000;
/** Another process may destroy a slot key (erasure): what it opens is forgotten here after this long (ms). */
const CACHE_MS = 600_000;

/** Makes and unwraps segments' keys. The table is asked each time, so a key that was rolled back or erased is never used; only unwrapping is cached. */
export class SegmentKeys {
  /** By tenant, segment and wrapped bytes: another row is another entry. */
  private readonly unwrapped = new LRUCache<string, SegmentKey>({ max: CACHED_SEGMENTS, ttl: CACHE_MS });
  private readonly slots = new LRUCache<string, KeyObject>({ max: CACHED_SLOTS, ttl: CACHE_MS });
  private readonly filler = new SlotFiller();

  constructor(private readonly port: KeyPort) {}

  async existing(tx: Tx, tenant: string, segments: readonly string[]): Promise<Map<string, SegmentKey>> {
    return (await this.read(tx, tenant, segments)).keys;
  }

  async ensure(tx: Tx, tenant: string, segments: readonly string[]): Promise<Map<string, SegmentKey>> {
    const wanted = [...new Set(segments)];
    const found = await this.read(tx, tenant, wanted);
    // A segment whose key was destroyed stays so: what comes after an erasure belongs to a new segment.
    if (found.destroyed.length > 0) throw rejected('key-destroyed', 'The key of a segment is gone for good.');
    const missing = wanted.filter((segment) => !found.keys.has(segment));
    if (missing.length === 0) return found.keys;
    await this.make(tx, tenant, missing);
    // Read back: where another transaction was first, its key is the one.
    const made = await this.read(tx, tenant, missing);
    return new Map([...found.keys, ...made.keys]);
  }

  private async read(tx: Tx, tenant: string, segments: readonly string[]) {
    const keys = new Map<string, SegmentKey>();
    const destroyed: string[] = [];
    const rows = segments.length === 0 ? [] : await readWrapped(tx, tenant, segments);
    for (const row of rows) {
      const key = await this.unwrap(tenant, row);
      if (key) keys.set(row.segment, key);
      else destroyed.push(row.segment);
    }
    return { keys, destroyed };
  }

  private async make(tx: Tx, tenant: string, segments: readonly string[]): Promise<void> {
    const { service, use } = await newestSlot(tx, tenant);
    const slots = this.filler.take(`${tenant}|${service}`, use, segments.length);
    const keys: NewWrappedKey[] = [];
    for (const [i, segment] of segments.entries()) {
      const slot = slots[i]!;
      const wrapping = await this.slotKey(tenant, slotId(service, slot), 'make');
      keys.push({ segment, slot, wrapped: sealBox(wrapping!, binding(tenant, segment), randomSalt(KEY_BYTES)) });
    }
    await insertWrapped(tx, tenant, keys);
  }

  /** Undefined where the slot key is destroyed. */
  private async unwrap(tenant: string, row: WrappedKey): Promise<SegmentKey | undefined> {
    const name = `${tenant}|${row.segment}|${row.wrapped.toString('latin1')}`;
    const known = this.unwrapped.get(name);
    if (known) return known;
    const wrapping = await this.slotKey(tenant, slotId(row.service, row.slot), 'read');
    if (!wrapping) return undefined;
    const key = new OpenSegmentKey(row.segment, toKey(openBox(wrapping, binding(tenant, row.segment), row.wrapped)));
    this.unwrapped.set(name, key);
    return key;
  }

  private async slotKey(tenant: string, id: string, access: 'make' | 'read'): Promise<KeyObject | undefined> {
    const name = `${tenant}|${id}`;
    const known = this.slots.get(name);
    if (known) return known;
    const bytes = access === 'make' ? await this.port.getOrMake(tenant, id) : await this.port.get(tenant, id);
    if (!bytes) return undefined;
    const key = toKey(bytes);
    this.slots.set(name, key);
    return key;
  }
}

/** Services count their slots each for itself: erasure in one must not destroy what another has wrapped. */
const slotId = (service: string, slot: number) => `slot:${service}.${slot}`;

/** Binds a wrapped key to its row: moved to another segment or tenant it does not open. */
const binding = (tenant: string, segment: string) => `${tenant}|segment:${segment}`;

class OpenSegmentKey implements SegmentKey {
  readonly keyId: string;

  constructor(
    segment: string,
    private readonly key: KeyObject,
  ) {
    this.keyId = `segment:${segment}`;
  }

  seal(id: string, plain: Uint8Array) {
    return { keyId: this.keyId, box: sealBox(this.key, id, plain) };
  }

  open(id: string, box: Uint8Array): Buffer {
    return openBox(this.key, id, box);
  }
}
