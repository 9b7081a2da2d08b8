import type { ChannelAccountConfig } from '@throughline/contracts';
import type { Vault } from '@throughline/vault';
import type { Account } from '../runtime.contract';

/** The account with its secrets opened. Throws as `TenantKeys.open` does. */
export async function openAccount(vault: Pick<Vault, 'forTenant'>, config: ChannelAccountConfig): Promise<Account> {
  return {
    id: config.id,
    tenant: config.tenant,
    provider: config.provider,
    channel: config.channel,
    address: config.address,
    settings: config.settings ? (JSON.parse(config.settings) as Record<string, unknown>) : {},
    secrets: await openSecrets(vault, config),
  };
}

async function openSecrets(vault: Pick<Vault, 'forTenant'>, config: ChannelAccountConfig): Promise<Record<string, string>> {
  if (config.secrets.length === 0) return {};
  const keys = await vault.forTenant(config.tenant);
  const plain = await keys.open(config.id, { keyId: config.secretsKeyId, box: config.secrets });
  return JSON.parse(plain.toString('utf8')) as Record<string, string>;
}
