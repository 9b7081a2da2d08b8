import { rejected } from '@throughline/contracts';
import { bodyKeyIds, resealBodies, type LyingBody } from '@throughline/event-store';
import type { Database } from '@throughline/postgres';
import { keyVersion, type TenantKeys, type Vault } from '@throughline/vault';
import type { ChannelAccounts } from '../accounts/channel-accounts';
import { publishedTo } from './config-publication';
import { untilVisible } from './until-visible';

export interface FormerConfigKeysParts {
  database: Database;
  accounts: ChannelAccounts;
  vault: Pick<Vault, 'forTenant' | 'versions' | 'destroyVersion'>;
}

/** What was sealed anew. */
export interface Moved {
  accounts: number;
  bodies: number;
}

/** Where a transaction holds back the log, too: what is committed is to be published. */
const BEHIND = 'SELECT FROM event WHERE tenant = $1 AND (xid, n) > ($2::xid8, $3::bigint) LIMIT 1';

/**
 * The versions of a tenant's config key before the newest, and what they seal: accounts' secrets and the bodies of admin's log.
 * Everybody works on meanwhile. A process seals by the version that was the newest when it last looked: wait VERSIONS_MS between
 * `addVersion` and here.
 */
export class FormerConfigKeys {
  constructor(private readonly parts: FormerConfigKeysParts) {}

  /** Seals by the newest version what lies under former ones; secrets are published anew. Who dies in it is followed by whoever calls it again. */
  async leave(tenant: string): Promise<Moved> {
    const former = await this.formerOf(tenant);
    return { accounts: await this.parts.accounts.sealAnew(tenant, former), bodies: await this.moveBodies(tenant, former) };
  }

  /** Ids of former keys that still seal something. */
  async inUse(tenant: string): Promise<string[]> {
    const former = await this.formerOf(tenant);
    return [...new Set([...(await this.parts.accounts.keyIds(tenant)), ...(await this.bodyKeys(tenant))])].filter(former).sort();
  }

  /** Destroys all versions but the newest: backups from before do not open any more. Throws 409 (`key-in-use`) where one still seals something, here or on the topic. How many. */
  async destroy(tenant: string): Promise<number> {
    await untilVisible(() => this.isPublished(tenant));
    if (!(await this.isPublished(tenant))) throw rejected('key-in-use', 'What was sealed anew is not published yet: admin has to run, and the bus.', { status: 409 });
    const inUse = await this.inUse(tenant);
    if (inUse.length > 0) throw rejected('key-in-use', `${inUse.join(', ')} still seal something: rotate first.`, { status: 409 });
    const former = (await this.parts.vault.versions(tenant, 'config')).slice(0, -1);
    for (const version of former) await this.parts.vault.destroyVersion(tenant, 'config', version);
    return former.length;
  }

  private async formerOf(tenant: string): Promise<(keyId: string) => boolean> {
    const newest = (await this.parts.vault.versions(tenant, 'config')).at(-1) ?? 1;
    return (keyId) => keyVersion(keyId) < newest;
  }

  /** Until then the topic holds secrets, and the relay maybe a page of the log, as they were sealed before. */
  private async isPublished(tenant: string): Promise<boolean> {
    const { xid, n } = (await publishedTo(this.parts.database)) ?? { xid: 0n, n: 0n };
    const behind = await this.parts.database.reader(tenant, (tx) => tx.query(BEHIND, [tenant, xid, n]));
    return behind.rowCount === 0;
  }

  private bodyKeys(tenant: string): Promise<string[]> {
    return this.parts.database.reader(tenant, (tx) => bodyKeyIds(tx, tenant));
  }

  private async moveBodies(tenant: string, former: (keyId: string) => boolean): Promise<number> {
    const under = (await this.bodyKeys(tenant)).filter(former);
    const keys = await this.parts.vault.forTenant(tenant);
    const page = () => this.parts.database.writer([tenant], (tx) => resealBodies(tx, tenant, under, (body) => anew(keys, body)));
    let moved = 0;
    for (let some = await page(); some > 0; some = await page()) moved += some;
    return moved;
  }
}

const anew = async (keys: TenantKeys, { id, keyId, box }: LyingBody) => keys.seal('config', id, await keys.open(id, { keyId, box }));
