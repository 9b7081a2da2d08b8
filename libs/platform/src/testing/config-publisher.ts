import { createHash } from 'node:crypto';
import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { ApiKeyConfigSchema, ChannelAccountConfigSchema, ConfigRecordSchema, TenantConfigSchema, type ConfigRecord } from '@throughline/contracts';
import type { OpenedRuntime } from '../runtime/open-runtime';
import { until } from './until';

type Value = MessageInitShape<typeof ConfigRecordSchema>['value'];

/** Puts tenants, accounts and keys on the topic `config`, as the admin service does; each call resolves when the process has read it. */
export class ConfigPublisher {
  private version = 0n;

  constructor(private readonly runtime: Pick<OpenedRuntime, 'bus' | 'vault' | 'directory'>) {}

  async tenant(value: MessageInitShape<typeof TenantConfigSchema>): Promise<void> {
    await this.runtime.vault.found(value.id!);
    return this.publish({ case: 'tenant', value: create(TenantConfigSchema, value) });
  }

  async account(value: MessageInitShape<typeof ChannelAccountConfigSchema>, secrets?: Record<string, string>): Promise<void> {
    const account = create(ChannelAccountConfigSchema, value);
    if (!secrets) return this.publish({ case: 'channelAccount', value: account });
    const keys = await this.runtime.vault.forTenant(account.tenant);
    const { keyId, box } = keys.seal('config', account.id, Buffer.from(JSON.stringify(secrets)));
    await this.publish({ case: 'channelAccount', value: { ...account, secretsKeyId: keyId, secrets: box } });
  }

  key(tenant: string, token: string, scopes: string[], removed = false): Promise<void> {
    const hash = createHash('sha256').update(token).digest();
    const id = `key_${hash.toString('hex').slice(0, 8)}`;
    return this.publish({ case: 'apiKey', value: create(ApiKeyConfigSchema, { id, tenant, hash, scopes, removed }) });
  }

  private async publish(value: Value): Promise<void> {
    this.version += 1n;
    const record: ConfigRecord = create(ConfigRecordSchema, { version: this.version, value });
    const name = `${record.value.case}/${record.value.value?.id}`;
    await this.runtime.bus.publish('config', [{ key: Buffer.from(name), value: toBinary(ConfigRecordSchema, record) }]);
    await until(() => this.runtime.directory.version(name) === record.version);
  }
}
