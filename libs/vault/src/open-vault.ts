import { rejected } from '@throughline/contracts';
import type { Database, Tx } from '@throughline/postgres';
import { LRUCache } from 'lru-cache';
import { BOXES_PER_KEY } from './box-budget';
import { finishErasures } from './finish-erasures';
import { FoundedPort } from './founded-port';
import { keyTimes } from './key-calendar';
import type { KeyPort } from './key-port.contract';
import { VERSIONED_KINDS, versionId, versionsOf, type VersionedKind } from './key-versions';
import { SegmentKeys } from './segment-keys';
import { countSlots } from './segment-slot-table';
import { destroyRetiredSlots, rotateSlots } from './slot-rotation';
import { Slots } from './slots';
import { LoadedKeys } from './tenant-keys';
import type { SegmentKey, SlotCounts, TenantKeys, Vault } from './vault.contract';

const CACHED_TENANTS = 10_000;
/** Of a customer there are three: her identity, her key, her conversation. Room for them is set aside at once, so all tenants share it. */
const CACHED_HASHES = 60_000;

export interface VaultOptions {
  /** Boxes this process seals under one key of the calendar before it goes on to the key's next part (default 2^26). */
  boxesPerKey?: number;
  /**
   * True: only `found` makes the first keys of a tenant. A key store that is not mounted, or is another one, looks like an empty one: who made
   * keys in it would find no customer and open nothing any more. Default: whoever asks first makes them.
   */
  onlyFounded?: boolean;
}

/** Opens the vault over a key store. One per process: it holds the caches. */
export function openVault(port: KeyPort, clock: () => Date, { boxesPerKey = BOXES_PER_KEY, onlyFounded = false }: VaultOptions = {}): Vault {
  return new PortVault(port, clock, { boxesPerKey, onlyFounded });
}

class PortVault implements Vault {
  private readonly tenants = new LRUCache<string, LoadedKeys>({ max: CACHED_TENANTS });
  private readonly hashes = new LRUCache<string, string>({ max: CACHED_HASHES });
  private readonly slots: Slots;
  private readonly segments: SegmentKeys;
  /** As all use it that names a tenant. */
  private readonly port: KeyPort;

  constructor(
    private readonly store: KeyPort,
    private readonly clock: () => Date,
    private readonly options: Required<VaultOptions>,
  ) {
    this.port = options.onlyFounded ? new FoundedPort(store) : store;
    this.slots = new Slots(this.port);
    this.segments = new SegmentKeys(this.slots);
  }

  async forTenant(tenant: string): Promise<TenantKeys> {
    const keys = this.tenants.get(tenant) ?? this.load(tenant);
    const preparing = keys.prepare();
    if (preparing) await preparing;
    return keys;
  }

  async found(tenant: string): Promise<void> {
    for (const kind of VERSIONED_KINDS) if ((await versionsOf(this.store, tenant, kind)).length === 0) (await this.store.getOrMake(tenant, versionId(kind, 1))).fill(0);
    this.tenants.get(tenant)?.askForVersions();
  }

  private load(tenant: string): LoadedKeys {
    const keys = new LoadedKeys(tenant, { port: this.port, clock: this.clock, hashes: this.hashes, ...this.options });
    this.tenants.set(tenant, keys);
    return keys;
  }

  segmentKeys(tx: Tx, tenant: string, segments: readonly string[]): Promise<Map<string, SegmentKey>> {
    return this.segments.ensure(tx, tenant, segments);
  }

  existingSegmentKeys(tx: Tx, tenant: string, segments: readonly string[]): Promise<Map<string, SegmentKey>> {
    return this.segments.existing(tx, tenant, segments);
  }

  missingSegmentKeys(tx: Tx, tenant: string, segments: readonly string[]): Promise<Set<string>> {
    return this.segments.missing(tx, tenant, segments);
  }

  async destroyExpired(): Promise<number> {
    const now = this.clock().getTime();
    let destroyed = 0;
    const failures: unknown[] = [];
    for (const tenant of await this.port.tenants()) {
      // One tenant's that cannot be destroyed keep nobody else's.
      await this.destroyExpiredOf(tenant, now).then((count) => (destroyed += count), (error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
    return destroyed;
  }

  private async destroyExpiredOf(tenant: string, now: number): Promise<number> {
    const ids = [...(await this.port.list(tenant, 'epoch')), ...(await this.port.list(tenant, 'raw'))];
    const expired = ids.filter((id) => keyTimes(id).destroyAfter <= now);
    for (const id of expired) await this.store.destroy(tenant, id);
    return expired.length;
  }

  erase(tx: Tx, tenant: string, segments: readonly string[]): Promise<number> {
    return this.segments.erase(tx, tenant, segments);
  }

  finishErasures(database: Database): Promise<number> {
    return finishErasures(database, this.port, (tenant, slot) => this.slots.forget(tenant, slot));
  }

  rotateSlots(database: Database, tenant: string, madeBefore: Date, onProgress?: (moved: number) => void): Promise<number> {
    return rotateSlots(database, this.slots, tenant, madeBefore, onProgress);
  }

  destroyRetiredSlots(database: Database, tenant: string, retiredBefore: Date): Promise<number> {
    return destroyRetiredSlots(database, this.port, tenant, retiredBefore);
  }

  slotCounts(database: Database, tenant: string): Promise<SlotCounts> {
    return database.reader(tenant, (tx) => countSlots(tx, tenant));
  }

  async addVersion(tenant: string, kind: VersionedKind, version: number): Promise<void> {
    // A tenant that has none yet gets its first, so that the next one is the second for everybody.
    await this.forTenant(tenant);
    const versions = await versionsOf(this.port, tenant, kind);
    const next = versions.at(-1)! + 1;
    // One that was destroyed must not come back with other bytes.
    if (version !== next && !versions.includes(version)) throw rejected('key-version', `The next version of the ${kind} key is ${next}.`, { status: 409 });
    const key = await this.port.getOrMake(tenant, versionId(kind, version));
    key.fill(0);
    this.tenants.get(tenant)?.askForVersions();
  }

  versions(tenant: string, kind: VersionedKind): Promise<number[]> {
    return versionsOf(this.port, tenant, kind);
  }

  async destroyVersion(tenant: string, kind: VersionedKind, version: number): Promise<void> {
    const newest = (await versionsOf(this.port, tenant, kind)).at(-1) ?? 1;
    if (version >= newest) throw rejected('key-in-use', `The newest ${kind} key is in use: make the next version first.`, { status: 409 });
    const id = versionId(kind, version);
    const parts = (await this.port.list(tenant, kind)).filter((other) => other.startsWith(`${id}.`));
    // The version itself last: who dies before that finds it listed, and destroys it once more.
    for (const one of [...parts, id]) await this.port.destroy(tenant, one);
    this.tenants.get(tenant)?.askForVersions();
  }
}
