import { notFound, rejected } from '@throughline/contracts';
import type { Change, ConfigChanges } from '../config/config-changes';
import { checkMatch } from '../config/entity-tag';
import { beyond, type Place } from '../config/paging';
import { openedAccount, sealedSecrets } from './account-secrets';
import { accountErrors, patched, type AccountDetails, type AccountPatch } from './channel-account.decider';
import { ChannelAccountEntity } from './channel-account.entity';
import { taken } from './taken';

/** An account after a change: its row, and what it says with the secrets open. */
export interface ChangedAccount {
  entity: ChannelAccountEntity;
  details: AccountDetails;
}

/** A tenant's channel accounts. Another tenant's is as if it did not exist, but for ids and addresses, which nobody has twice. */
export class ChannelAccounts {
  constructor(
    private readonly changes: ConfigChanges,
    private readonly clock: () => Date,
  ) {}

  /** Throws 409 (`id-taken`, `address-taken`), 422 (`account`). */
  async create(tenant: string, account: AccountDetails): Promise<ChangedAccount> {
    check(account);
    return this.changes.change(tenant, (change) => addAccount(change, account, this.clock())).catch(taken);
  }

  list(tenant: string, limit: number, place: Place | undefined): Promise<ChannelAccountEntity[]> {
    const order = { id: place?.back ? 'DESC' : 'ASC' } as const;
    return this.changes.read(tenant, (manager) => manager.find(ChannelAccountEntity, { where: { tenant, removed: false, ...beyond(place) }, order, take: limit }));
  }

  /** Throws 404. */
  async get(tenant: string, id: string): Promise<ChannelAccountEntity> {
    const found = await this.changes.read(tenant, (manager) => manager.findOneBy(ChannelAccountEntity, { tenant, id, removed: false }));
    return found ?? missing();
  }

  /** Throws 404, 409 (`address-taken`), 412 where `ifMatch` does not fit, 422 (`account`). */
  async patch(tenant: string, id: string, patch: AccountPatch, ifMatch?: string): Promise<ChangedAccount> {
    const work = async (change: Change) => {
      const entity = await locked(change, id);
      checkMatch(entity.version, ifMatch);
      const details = patched(await openedAccount(change.keys, entity), patch);
      check(details);
      return changeAccount(change, entity, details);
    };
    return this.changes.change(tenant, work).catch(taken);
  }

  /** Ids of the keys that seal the secrets of a tenant's accounts. */
  async keyIds(tenant: string): Promise<string[]> {
    return (await this.sealed(tenant)).map(({ secretsKeyId }) => secretsKeyId);
  }

  /** Seals secrets by the key of today where they lie under one of these, and publishes them. How many accounts. */
  async sealAnew(tenant: string, under: (keyId: string) => boolean): Promise<number> {
    const ids = (await this.sealed(tenant)).filter(({ secretsKeyId }) => under(secretsKeyId)).map(({ id }) => id);
    for (const id of ids) {
      await this.changes.change(tenant, async (change) => {
        const entity = await lockedOrGone(change, id);
        if (entity && under(entity.secretsKeyId)) await changeAccount(change, entity, await openedAccount(change.keys, entity));
      });
    }
    return ids.length;
  }

  private sealed(tenant: string): Promise<Pick<ChannelAccountEntity, 'id' | 'secretsKeyId'>[]> {
    return this.changes.read(tenant, (manager) => manager.find(ChannelAccountEntity, { select: { id: true, secretsKeyId: true }, where: { tenant, removed: false } }));
  }

  /** Throws 404, 412. The id is never given again. */
  remove(tenant: string, id: string, ifMatch?: string): Promise<void> {
    return this.changes.change(tenant, async (change) => {
      const entity = await locked(change, id);
      checkMatch(entity.version, ifMatch);
      const emptied = sealedSecrets(change.keys, { id, secrets: {} });
      await store(change, 'channel-account.removed', { ...entity, ...emptied, removed: true, version: entity.version + 1 });
    });
  }
}

/** Writes an account and its event. */
export async function addAccount(change: Change, details: AccountDetails, now: Date): Promise<ChangedAccount> {
  const fixed = { tenant: change.keys.tenant, removed: false, version: 1, createdAt: now };
  const entity: ChannelAccountEntity = { ...details, ...sealedSecrets(change.keys, details), ...fixed };
  await change.manager.insert(ChannelAccountEntity, entity);
  recordAccount(change, 'channel-account.created', entity);
  return { entity, details };
}

/** Writes what an account now is, and the event. */
export async function changeAccount(change: Change, before: ChannelAccountEntity, details: AccountDetails): Promise<ChangedAccount> {
  const entity = { ...before, ...details, ...sealedSecrets(change.keys, details), version: before.version + 1 };
  await store(change, 'channel-account.changed', entity);
  return { entity, details };
}

async function store(change: Change, type: string, entity: ChannelAccountEntity): Promise<void> {
  await change.manager.update(ChannelAccountEntity, { id: entity.id }, entity);
  recordAccount(change, type, entity);
}

function recordAccount({ record }: Change, type: string, entity: ChannelAccountEntity): void {
  const { id, tenant, provider, channel, address, secretsKeyId, secrets, removed } = entity;
  const settings = JSON.stringify(entity.settings);
  const value = { id, tenant, provider, channel, address, secretsKeyId, secrets, settings, removed };
  record(type, { version: BigInt(entity.version), value: { case: 'channelAccount', value } });
}

/** The account's row, locked until the change is done; null where there is none. */
function lockedOrGone({ manager, keys }: Change, id: string): Promise<ChannelAccountEntity | null> {
  return manager.findOne(ChannelAccountEntity, { where: { tenant: keys.tenant, id, removed: false }, lock: { mode: 'pessimistic_write' } });
}

/** Throws 404. */
const locked = async (change: Change, id: string): Promise<ChannelAccountEntity> => (await lockedOrGone(change, id)) ?? missing();

function missing(): never {
  throw notFound('not-found', 'There is no such channel account.');
}

function check(account: AccountDetails): void {
  const errors = accountErrors(account);
  if (errors.length > 0) throw rejected('account', 'The account cannot be kept like this.', { errors });
}
