import type { TenantKeys } from '@throughline/vault';
import type { AccountDetails } from './channel-account.decider';
import type { ChannelAccountEntity } from './channel-account.entity';

/** The secrets' columns of an account's row. */
export function sealedSecrets(keys: TenantKeys, { id, secrets }: Pick<AccountDetails, 'id' | 'secrets'>): Pick<ChannelAccountEntity, 'secrets' | 'secretsKeyId'> {
  const { keyId, box } = keys.seal('config', id, Buffer.from(JSON.stringify(secrets)));
  return { secretsKeyId: keyId, secrets: Buffer.from(box) };
}

/** An account's row with its secrets opened. Throws as `TenantKeys.open` does. */
export async function openedAccount(keys: TenantKeys, row: ChannelAccountEntity): Promise<AccountDetails> {
  const plain = await keys.open(row.id, { keyId: row.secretsKeyId, box: row.secrets });
  const { id, provider, channel, address } = row;
  const settings = row.settings as Record<string, unknown>;
  return { id, provider, channel, address, settings, secrets: JSON.parse(plain.toString('utf8')) as Record<string, string> };
}
