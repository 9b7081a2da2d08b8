import type { FrameSealer } from '@throughline/bus';
import { isId, rejected } from '@throughline/contracts';
import type { Vault } from '@throughline/vault';

/** Seals what travels on the bus under its tenant's epoch key. */
export const vaultFrames = (vault: Pick<Vault, 'forTenant'>): FrameSealer => ({
  seal: async (tenant, id, plain) => (await vault.forTenant(tenant)).seal('epoch', id, plain),
  keep: async (tenant, id, plain) => (await vault.forTenant(tenant)).seal('raw', id, plain),
  open: async (tenant, id, sealed) => {
    // Whoever may write to the broker may write this; it will not be a tenant later either.
    if (!isId(tenant)) throw rejected('undecodable', 'The frame names no tenant.');
    return (await vault.forTenant(tenant)).open(id, sealed);
  },
});
