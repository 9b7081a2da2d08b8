import type { FrameSealer } from '@throughline/bus';
import { isId, rejected, ThroughlineError } from '@throughline/contracts';
import type { TenantKeys, Vault } from '@throughline/vault';

/**
 * Seals what travels on the bus under its tenant's epoch key.
 * @param isTenant whether the configuration knows this tenant
 */
export function vaultFrames(vault: Pick<Vault, 'forTenant'>, isTenant: (tenant: string) => boolean): FrameSealer {
  /** Whoever may write to the broker may name whom he likes: where keys are missing, only those of a tenant may come yet. */
  async function keysOf(tenant: string): Promise<TenantKeys> {
    if (!isId(tenant)) throw rejected('undecodable', 'The frame names no tenant.');
    return vault.forTenant(tenant).catch((error: unknown) => {
      if (error instanceof ThroughlineError && error.slug === 'tenant-keys-missing' && !isTenant(tenant)) throw rejected('tenant-unknown', 'The frame names a tenant that nobody knows.');
      throw error;
    });
  }
  return {
    seal: async (tenant, id, plain) => (await vault.forTenant(tenant)).seal('epoch', id, plain),
    keep: async (tenant, id, plain) => (await vault.forTenant(tenant)).seal('raw', id, plain),
    open: async (tenant, id, sealed) => (await keysOf(tenant)).open(id, sealed),
  };
}
