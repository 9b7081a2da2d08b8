import type { FrameSealer } from '@throughline/bus';
import { rejected } from '@throughline/contracts';
import type { Vault } from '@throughline/vault';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Seals what travels on the bus under its tenant's epoch key. */
export const vaultFrames = (vault: Pick<Vault, 'forTenant'>): FrameSealer => ({
  seal: async (tenant, id, plain) => (await vault.forTenant(tenant)).seal('epoch', id, plain),
  keep: async (tenant, id, plain) => (await vault.forTenant(tenant)).seal('raw', id, plain),
  open: async (tenant, id, sealed) => {
    // Whoever may write to the broker may write this; it will not be a tenant later either.
    if (!UUID.test(tenant)) throw rejected('undecodable', 'The frame names no tenant.');
    return (await vault.forTenant(tenant)).open(id, sealed);
  },
});
