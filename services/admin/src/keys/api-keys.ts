import { createHash, randomBytes } from 'node:crypto';
import { notFound, rejected } from '@throughline/contracts';
import type { EntityManager } from 'typeorm';
import { v7 } from 'uuid';
import type { Change, ConfigChanges } from '../config/config-changes';
import { beyond, type Place } from '../config/paging';
import { TenantEntity } from '../tenants/tenant.entity';
import { ApiKeyEntity } from './api-key.entity';
import { isLastAdmin, scopeErrors } from './api-key.decider';

export interface NewKey {
  name: string;
  scopes: string[];
  /** Default: random. */
  token?: string;
  id?: string;
}

/** A key with its token, which only its maker ever sees. */
export interface IssuedKey {
  entity: ApiKeyEntity;
  token: string;
}

/** `tl_` and 256 random bits. */
export const newToken = () => `tl_${randomBytes(32).toString('base64url')}`;

export const tokenHash = (token: string) => createHash('sha256').update(token).digest();

/** A tenant's API keys. */
export class ApiKeys {
  constructor(
    private readonly changes: ConfigChanges,
    private readonly clock: () => Date,
  ) {}

  /** Throws 422 (`scopes`) where a scope is not known. */
  create(tenant: string, key: NewKey): Promise<IssuedKey> {
    const errors = scopeErrors(key.scopes);
    if (errors.length > 0) throw rejected('scopes', 'A scope is not known.', { errors });
    return this.changes.change(tenant, (change) => addKey(change, key, this.clock()));
  }

  list(tenant: string, limit: number, place: Place | undefined): Promise<ApiKeyEntity[]> {
    return this.changes.read(tenant, (manager) =>
      manager.find(ApiKeyEntity, { where: { tenant, removed: false, ...beyond(place) }, order: { id: place?.back ? 'DESC' : 'ASC' }, take: limit }),
    );
  }

  /** Throws 404 where the tenant has no such key, 422 (`last-admin-key`) where no other could make new ones. */
  remove(tenant: string, id: string): Promise<void> {
    return this.changes.change(tenant, async (change) => {
      const keys = await lockedKeys(change.manager, tenant);
      const key = keys.find((candidate) => candidate.id === id);
      if (!key) throw notFound('not-found', 'There is no such key.');
      if (isLastAdmin(keys, id)) throw rejected('last-admin-key', 'This is the last key with the scope admin: make another one first.');
      await removeKey(change, key);
    });
  }
}

/** Writes a key and its event. */
export async function addKey(change: Change, { name, scopes, token = newToken(), id = v7() }: NewKey, now: Date): Promise<IssuedKey> {
  const entity: ApiKeyEntity = { id, tenant: change.keys.tenant, name, hash: tokenHash(token), scopes, removed: false, version: 1, createdAt: now };
  await change.manager.insert(ApiKeyEntity, entity);
  recordKey(change, 'api-key.created', entity);
  return { entity, token };
}

/** Gives a key another token; the old one is worth nothing from then on. */
export async function changeToken(change: Change, key: ApiKeyEntity, token: string): Promise<void> {
  const changed: ApiKeyEntity = { ...key, hash: tokenHash(token), removed: false, version: key.version + 1 };
  await change.manager.update(ApiKeyEntity, { id: key.id }, changed);
  recordKey(change, 'api-key.changed', changed);
}

/** Takes a key away; its row stays without being shown. */
export async function removeKey(change: Change, key: ApiKeyEntity): Promise<void> {
  const removed: ApiKeyEntity = { ...key, removed: true, version: key.version + 1 };
  await change.manager.update(ApiKeyEntity, { id: key.id }, { removed: true, version: removed.version });
  recordKey(change, 'api-key.removed', removed);
}

function recordKey({ record }: Change, type: string, { id, tenant, hash, scopes, removed, version }: ApiKeyEntity): void {
  record(type, { version: BigInt(version), value: { case: 'apiKey', value: { id, tenant, hash, scopes, removed } } });
}

/** All keys of a tenant; locked by the tenant's row, so that two removals cannot both leave the other as the last. */
async function lockedKeys(manager: EntityManager, tenant: string): Promise<ApiKeyEntity[]> {
  await manager.findOneOrFail(TenantEntity, { where: { tenant }, lock: { mode: 'pessimistic_write' } });
  return manager.findBy(ApiKeyEntity, { tenant, removed: false });
}
