import type { FrameSealer } from '@throughline/bus';
import { rejected } from '@throughline/contracts';
import type { TenantKeys, Vault } from '@throughline/vault';
import { keysOfNamed, type IsTenant } from './named-tenant';

/** Seals what travels on the bus under its tenant's epoch key. */
export function vaultFrames(vault: Pick<Vault, 'forTenant'>, isTenant: IsTenant): FrameSealer {
  async function keysOf(tenant: string): Promise<TenantKeys> {
    const keys = await keysOfNamed(vault, isTenant, tenant);
    if (!keys) throw rejected('tenant-unknown', 'The frame names a tenant that nobody knows.');
    return keys;
  }
  return {
    seal: async (tenant, id, plain) => (await vault.forTenant(tenant)).seal('epoch', id, plain),
    keep: async (tenant, id, plain) => (await vault.forTenant(tenant)).seal('raw', id, plain),
    open: async (tenant, id, sealed) => (await keysOf(tenant)).open(id, sealed),
  };
}
