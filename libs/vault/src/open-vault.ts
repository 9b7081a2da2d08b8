import type { Tx } from '@throughline/postgres';
import { LRUCache } from 'lru-cache';
import { keyTimes } from './key-calendar';
import type { KeyPort } from './key-port.contract';
import { SegmentKeys } from './segment-keys';
import { LoadedKeys } from './tenant-keys';
import type { SegmentKey, TenantKeys, Vault } from './vault.contract';

const CACHED_TENANTS = 10_000;

/** Opens the vault over a key store. One per process: it holds the caches. */
export function openVault(port: KeyPort, clock: () => Date): Vault {
  return new PortVault(port, clock);
}

class PortVault implements Vault {
  private readonly tenants = new LRUCache<string, LoadedKeys>({ max: CACHED_TENANTS });
  private readonly segments: SegmentKeys;

  constructor(
    private readonly port: KeyPort,
    private readonly clock: () => Date,
  ) {
    this.segments = new SegmentKeys(port);
  }

  async forTenant(tenant: string): Promise<TenantKeys> {
    const keys = this.tenants.get(tenant) ?? this.load(tenant);
    const preparing = keys.prepare();
    if (preparing) await preparing;
    return keys;
  }

  private load(tenant: string): LoadedKeys {
    const keys = new LoadedKeys(tenant, this.port, this.clock);
    this.tenants.set(tenant, keys);
    return keys;
  }

  segmentKeys(tx: Tx, tenant: string, segments: readonly string[]): Promise<Map<string, SegmentKey>> {
    return this.segments.ensure(tx, tenant, segments);
  }

  existingSegmentKeys(tx: Tx, tenant: string, segments: readonly string[]): Promise<Map<string, SegmentKey>> {
    return this.segments.existing(tx, tenant, segments);
  }

  async destroyExpired(): Promise<number> {
    const now = this.clock().getTime();
    let destroyed = 0;
    for (const tenant of await this.port.tenants()) {
      const ids = [...(await this.port.list(tenant, 'epoch')), ...(await this.port.list(tenant, 'raw'))];
      const expired = ids.filter((id) => keyTimes(id).destroyAfter <= now);
      for (const id of expired) await this.port.destroy(tenant, id);
      destroyed += expired.length;
    }
    return destroyed;
  }
}
