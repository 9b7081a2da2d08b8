import type { KeyObject } from 'node:crypto';
import { rejected } from '@throughline/contracts';
import type { Tx } from '@throughline/postgres';
import { LRUCache } from 'lru-cache';
import { KEY_BYTES, openBox, sealBox, toKeyOnce } from './box';
import { isKeysMissing } from './founded-port';
import type { SlotKeys } from './key-port.contract';
import { randomSalt } from './random-pool';
import { eraseKeys, insertKeys, readKeys, seeKeys, type WrappedKey } from './segment-key-table';
import { CACHE_MS, type Slots, type TakenPlace } from './slots';
import type { SegmentKey } from './vault.contract';

const CACHED_SEGMENTS = 100_000;

interface Unwrapped {
  /** As latin1, since a small Buffer that is kept keeps the 64 KiB it shares with others. */
  wrapped: string;
  key: SegmentKey;
}

/** Makes, unwraps and erases segments' keys. The table is asked each time, so a key that was rolled back or erased is never used; only unwrapping is cached. */
export class SegmentKeys {
  private readonly unwrapped = new LRUCache<string, Unwrapped>({ max: CACHED_SEGMENTS, ttl: CACHE_MS, ttlAutopurge: true });

  constructor(private readonly slots: Slots) {}

  async existing(tx: Tx, tenant: string, segments: readonly string[]): Promise<Map<string, SegmentKey>> {
    return (await this.read(tx, tenant, segments)).keys;
  }

  async missing(tx: Tx, tenant: string, segments: readonly string[]): Promise<Set<string>> {
    const rows = await readKeys(tx, tenant, segments);
    const slots = await this.slots.get(tenant, rows.map((row) => row.slot)).catch((error: unknown) => {
      if (isKeysMissing(error)) return new Map<string, SlotKeys>();
      throw error;
    });
    return new Set(rows.filter((row) => !slots.has(row.slot)).map((row) => row.segment));
  }

  async ensure(tx: Tx, tenant: string, segments: readonly string[]): Promise<Map<string, SegmentKey>> {
    const wanted = [...new Set(segments)];
    const { keys } = refuseErased(await this.read(tx, tenant, wanted));
    const missing = wanted.filter((segment) => !keys.has(segment));
    if (missing.length === 0) return keys;
    const made = await this.make(tx, tenant, missing);
    return new Map([...keys, ...made]);
  }

  async erase(tx: Tx, tenant: string, segments: readonly string[]): Promise<number> {
    for (const segment of segments) this.unwrapped.delete(cacheName(tenant, segment));
    return eraseKeys(tx, tenant, [...new Set(segments)]);
  }

  private async read(tx: Tx, tenant: string, segments: readonly string[]): Promise<FoundKeys> {
    const found: FoundKeys = { keys: new Map(), erased: false };
    const unknown: string[] = [];
    const seen = segments.length === 0 ? [] : await seeKeys(tx, tenant, segments);
    for (const { segment, wrapped } of seen) {
      const known = this.unwrapped.get(cacheName(tenant, segment));
      if (!wrapped) found.erased = true;
      else if (known?.wrapped === wrapped.toString('latin1')) found.keys.set(segment, known.key);
      else unknown.push(segment);
    }
    if (unknown.length > 0) await this.unwrap(tx, tenant, unknown, found);
    return found;
  }

  private async unwrap(tx: Tx, tenant: string, segments: readonly string[], found: FoundKeys): Promise<void> {
    const rows = await readKeys(tx, tenant, segments);
    const slots = await this.slots.get(tenant, rows.map((row) => row.slot));
    // Fewer rows than were seen a moment ago: some were erased meanwhile.
    found.erased ||= rows.length < segments.length;
    for (const row of rows) {
      const key = unwrapKey(tenant, row, slots.get(row.slot));
      if (key) found.keys.set(row.segment, this.remember(tenant, row, key));
      else found.erased = true;
    }
  }

  private async make(tx: Tx, tenant: string, segments: readonly string[]): Promise<Map<string, SegmentKey>> {
    const places = await this.slots.take(tx, tenant, segments.length);
    const made = segments.map((segment, i) => newKey(tenant, segment, places[i]!));
    const inserted = await insertKeys(tx, tenant, made);
    // Where another transaction was first, its key is the one.
    if (inserted < made.length) return refuseErased(await this.read(tx, tenant, segments)).keys;
    return new Map(made.map((row) => [row.segment, this.remember(tenant, row, row.key)]));
  }

  private remember(tenant: string, { segment, wrapped }: WrappedKey, bytes: KeyObject): SegmentKey {
    const key = new OpenSegmentKey(segment, bytes);
    this.unwrapped.set(cacheName(tenant, segment), { wrapped: wrapped.toString('latin1'), key });
    return key;
  }
}

interface FoundKeys {
  keys: Map<string, SegmentKey>;
  /** Whether a key among those asked for is gone for good. */
  erased: boolean;
}

/** A segment whose key was erased stays so: what comes after an erasure belongs to a new segment. */
function refuseErased(found: FoundKeys): FoundKeys {
  if (found.erased) throw rejected('key-destroyed', 'The key of a segment is gone for good.');
  return found;
}

const cacheName = (tenant: string, segment: string) => `${tenant}|${segment}`;

/** Binds a wrapped key to its row: moved to another segment or tenant it does not open. */
const binding = (tenant: string, segment: string) => `${tenant}|segment:${segment}`;

function newKey(tenant: string, segment: string, { slot, place, key: wrapping }: TakenPlace): WrappedKey & { key: KeyObject } {
  const bytes = randomSalt(KEY_BYTES);
  const wrapped = sealBox(wrapping, binding(tenant, segment), bytes);
  return { segment, slot, place, wrapped, key: toKeyOnce(bytes) };
}

/** Undefined where the key at its place is destroyed. */
function unwrapKey(tenant: string, row: WrappedKey, slot: SlotKeys | undefined): KeyObject | undefined {
  const wrapping = slot?.key(row.place);
  return wrapping && toKeyOnce(openBox(toKeyOnce(wrapping), binding(tenant, row.segment), row.wrapped));
}

/** The same key wrapped for another place. Undefined where the key at its old place is destroyed. */
export function rewrapped(tenant: string, row: WrappedKey, slot: SlotKeys | undefined, { slot: to, place, key }: TakenPlace): (WrappedKey & { before: Buffer }) | undefined {
  const wrapping = slot?.key(row.place);
  if (!wrapping) return undefined;
  const bytes = openBox(toKeyOnce(wrapping), binding(tenant, row.segment), row.wrapped);
  const wrapped = sealBox(key, binding(tenant, row.segment), bytes);
  bytes.fill(0);
  return { segment: row.segment, slot: to, place, wrapped, before: row.wrapped };
}

class OpenSegmentKey implements SegmentKey {
  readonly keyId: string;
  readonly #key: KeyObject;

  constructor(segment: string, key: KeyObject) {
    this.keyId = `segment:${segment}`;
    this.#key = key;
  }

  seal(id: string, plain: Uint8Array) {
    return { keyId: this.keyId, box: sealBox(this.#key, id, plain) };
  }

  open(id: string, box: Uint8Array): Buffer {
    return openBox(this.#key, id, box);
  }
}
