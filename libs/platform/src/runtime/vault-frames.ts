import type { FrameSealer } from '@throughline/bus';
import type { Vault } from '@throughline/vault';

/** Seals what travels on the bus under its tenant's epoch key. */
export const vaultFrames = (vault: Pick<Vault, 'forTenant'>): FrameSealer => ({
  seal: async (tenant, id, plain) => (await vault.forTenant(tenant)).seal('epoch', id, plain),
  keep: async (tenant, id, plain) => (await vault.forTenant(tenant)).seal('raw', id, plain),
  open: async (tenant, id, sealed) => (await vault.forTenant(tenant)).open(id, sealed),
});
