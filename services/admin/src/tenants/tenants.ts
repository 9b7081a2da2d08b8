import { randomUUID } from 'node:crypto';
import { notFound } from '@throughline/contracts';
import type { ConfigChanges, Change } from '../config/config-changes';
import { addKey, type IssuedKey } from '../keys/api-keys';
import { TenantEntity } from './tenant.entity';

export interface NewTenant {
  name: string;
  region?: string | null;
}

/** Makes and finds tenants. */
export class Tenants {
  constructor(
    private readonly changes: ConfigChanges,
    private readonly clock: () => Date,
  ) {}

  /** A tenant with its first key, whose only scope is `admin`: with it others are made. */
  create(tenant: NewTenant): Promise<{ tenant: TenantEntity; key: IssuedKey }> {
    const id = randomUUID();
    return this.changes.found(id, async (change) => ({
      tenant: await addTenant(change, tenant, this.clock()),
      key: await addKey(change, { name: 'first key', scopes: ['admin'] }, this.clock()),
    }));
  }

  /** Throws 404 where the caller's tenant is another one, or gone. */
  async get(id: string, callersTenant: string): Promise<TenantEntity> {
    const found = id === callersTenant && (await this.changes.read(id, (manager) => manager.findOneBy(TenantEntity, { tenant: id })));
    if (!found) throw notFound('not-found', 'There is no such tenant.');
    return found;
  }
}

/** Writes a tenant and its event. */
export async function addTenant({ manager, keys, record }: Change, { name, ...more }: NewTenant, now: Date): Promise<TenantEntity> {
  const region = more.region ?? '';
  const tenant: TenantEntity = { tenant: keys.tenant, name, region, version: 1, createdAt: now };
  await manager.insert(TenantEntity, tenant);
  record('tenant.created', { version: 1n, value: { case: 'tenant', value: { id: keys.tenant, name, region } } });
  return tenant;
}
