import { hash } from 'node:crypto';
import { fromBinary } from '@bufbuild/protobuf';
import type { Bus, Message, Subscription } from '@throughline/bus';
import { ConfigRecordSchema, readOrReject, type ApiKeyConfig, type ChannelAccountConfig, type ConfigRecord, type TenantConfig } from '@throughline/contracts';
import type { Vault } from '@throughline/vault';
import { LRUCache } from 'lru-cache';
import type { Account, Credential, Directory } from '../runtime.contract';
import { openAccount } from './open-account';

const HASHES = 10_000;

type Entry = { version: bigint; value: ConfigRecord['value'] };

/** What a message of the topic `config` says. Throws `rejected` (`undecodable`). */
export const readConfigRecord = (value: Uint8Array): ConfigRecord =>
  readOrReject(() => fromBinary(ConfigRecordSchema, value), 'undecodable', 'The message is no configuration.');

/** The topic `config` in memory: the newest version of everything, whatever order it came in. */
export class ConfigDirectory implements Directory {
  private readonly entries = new Map<string, Entry>();
  private readonly keysByHash = new Map<string, ApiKeyConfig>();
  /** Of tokens that were in order, so that a busy key is hashed once; whether it still is, its hash tells. */
  private readonly hashes = new LRUCache<string, string>({ max: HASHES });
  private readonly removedTenants = new Set<string>();
  private readonly accountsByAddress = new Map<string, string>();
  private readonly opened = new Map<string, { version: bigint; account: Promise<Account> }>();
  private complete = false;

  constructor(private readonly vault: Pick<Vault, 'forTenant'>) {}

  /** Resolves when everything that was on the topic has been read; later changes are seen as they come. */
  async follow(bus: Pick<Bus, 'broadcast'>): Promise<Subscription> {
    const subscription = await bus.broadcast({ topic: 'config', handle: async (batch) => this.take(batch) });
    this.complete = true;
    return subscription;
  }

  /** True once everything that was on the topic has been read. */
  ready(): boolean {
    return this.complete;
  }

  take(batch: readonly Pick<Message, 'value'>[]): void {
    for (const { value } of batch) this.apply(readConfigRecord(value));
  }

  /** The newest version of a thing (`tenant/<id>`, `channelAccount/<id>`, `apiKey/<id>`) that was read; undefined where none was. */
  version(name: string): bigint | undefined {
    return this.entries.get(name)?.version;
  }

  tenant(id: string): TenantConfig | undefined {
    const { value } = this.entries.get(`tenant/${id}`) ?? {};
    return value?.case === 'tenant' && !value.value.removed ? value.value : undefined;
  }

  key(id: string): ApiKeyConfig | undefined {
    const { value } = this.entries.get(`apiKey/${id}`) ?? {};
    return value?.case === 'apiKey' && !value.value.removed ? value.value : undefined;
  }

  /** Looked up by a hash of the whole token, so the time it takes says nothing about a key that is nearly right. */
  credential(token: string): Credential | undefined {
    const hashed = this.hashes.get(token) ?? hash('sha256', token, 'hex');
    const key = this.keysByHash.get(hashed);
    if (!key || key.removed || this.removedTenants.has(key.tenant)) return undefined;
    this.hashes.set(token, hashed);
    return { tenant: key.tenant, keyId: key.id, scopes: key.scopes };
  }

  async account(id: string): Promise<Account | undefined> {
    const entry = this.entries.get(`channelAccount/${id}`);
    if (entry?.value.case !== 'channelAccount') return undefined;
    const config = entry.value.value;
    if (config.removed || this.removedTenants.has(config.tenant)) return undefined;
    return this.open(config, entry.version);
  }

  async accountByAddress(provider: string, address: string): Promise<Account | undefined> {
    const id = this.accountsByAddress.get(addressKey(provider, address));
    return id === undefined ? undefined : this.account(id);
  }

  /** Does more than one tenant share this system? */
  severalTenants(): boolean {
    let tenants = 0;
    for (const name of this.entries.keys()) if (name.startsWith('tenant/') && this.tenant(name.slice(7)) && (tenants += 1) > 1) return true;
    return false;
  }

  private open(config: ChannelAccountConfig, version: bigint): Promise<Account> {
    const known = this.opened.get(config.id);
    if (known?.version === version) return known.account;
    const account = openAccount(this.vault, config);
    this.opened.set(config.id, { version, account });
    // A failure is not kept: the next caller tries again.
    account.catch(() => this.opened.delete(config.id));
    return account;
  }

  private apply(record: ConfigRecord): void {
    const { value, version } = record;
    // A kind that a newer version of us has brought: not ours to know.
    if (value.case === undefined) return;
    const name = `${value.case}/${value.value.id}`;
    const before = this.entries.get(name);
    if (before && before.version >= version) return;
    this.entries.set(name, { version, value });
    if (before) this.unindex(before.value);
    this.index(value);
  }

  private index(value: ConfigRecord['value']): void {
    if (value.case === 'tenant' && value.value.removed) this.removedTenants.add(value.value.id);
    if (value.case === 'apiKey' && !value.value.removed) this.keysByHash.set(hex(value.value.hash), value.value);
    if (value.case === 'channelAccount' && !value.value.removed && value.value.address) {
      this.accountsByAddress.set(addressKey(value.value.provider, value.value.address), value.value.id);
    }
  }

  private unindex(value: ConfigRecord['value']): void {
    if (value.case === 'tenant') this.removedTenants.delete(value.value.id);
    if (value.case === 'apiKey') this.keysByHash.delete(hex(value.value.hash));
    if (value.case !== 'channelAccount') return;
    const address = addressKey(value.value.provider, value.value.address);
    // An address may have gone to another account in the meantime.
    if (this.accountsByAddress.get(address) === value.value.id) this.accountsByAddress.delete(address);
  }
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const addressKey = (provider: string, address: string) => `${provider}\0${address}`;
