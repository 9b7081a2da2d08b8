import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { tenantId } from '@throughline/contracts';
import type { RuntimeConfig } from '@throughline/platform';
import type { EntityManager } from 'typeorm';
import { v5 } from 'uuid';
import { openedAccount } from '../accounts/account-secrets';
import type { AccountDetails } from '../accounts/channel-account.decider';
import { ChannelAccountEntity } from '../accounts/channel-account.entity';
import { addAccount, changeAccount } from '../accounts/channel-accounts';
import { newSiteKey } from '../accounts/new-account';
import type { Change, ConfigChanges } from '../config/config-changes';
import { ALL_SCOPES } from '../keys/api-key.decider';
import { ApiKeyEntity } from '../keys/api-key.entity';
import { addKey, changeToken, newToken, tokenHash } from '../keys/api-keys';
import { TenantEntity } from '../tenants/tenant.entity';
import { addTenant } from '../tenants/tenants';
import { DEMO_ACCOUNTS, demoSettings, type DemoAccount } from './demo-accounts';
import { readDemoFile, writeDemoFile, type DemoFile } from './demo-file';

export const DEMO_TENANT = tenantId('demo');
export const DEMO_KEY = v5('demo key', DEMO_TENANT);

export type DemoConfig = Pick<RuntimeConfig, 'dataDir' | 'publicUrl' | 'smtpPort' | 'demoApiKey'>;

/**
 * Makes the demo tenant, or what it lacks. Ids, key and secrets stay over restarts: the secrets from the database, the key
 * from DEMO_API_KEY or `demo.json` (the database has its hash only). Then `demo.json` says what is so.
 */
export async function ensureDemo(changes: ConfigChanges, config: DemoConfig, now: Date): Promise<DemoFile> {
  const file = await readDemoFile(config.dataDir);
  const apiKey = config.demoApiKey ?? file?.apiKey ?? newToken();
  const ensure = async (change: Change) => {
    await ensureTenant(change, now);
    await ensureKey(change, apiKey, now);
    return ensureAccounts(change, config.publicUrl, file, now);
  };
  const known = await changes.read(DEMO_TENANT, tenantIn);
  const accounts = await (known ? changes.change(DEMO_TENANT, ensure) : changes.found(DEMO_TENANT, ensure));
  const demo = { tenantId: DEMO_TENANT, apiKey, publicUrl: config.publicUrl, smtpPort: config.smtpPort, accounts };
  if (!isDeepStrictEqual(file, demo)) await writeDemoFile(config.dataDir, demo);
  return demo;
}

/** The lock makes processes that start together take turns. */
async function ensureTenant(change: Change, now: Date): Promise<void> {
  await change.tx.query("SELECT pg_advisory_xact_lock(hashtextextended('throughline demo tenant', 0))");
  if (!(await tenantIn(change.manager))) await addTenant(change, { name: 'Demo' }, now);
}

const tenantIn = (manager: EntityManager) => manager.findOneBy(TenantEntity, { tenant: DEMO_TENANT });

async function ensureKey(change: Change, token: string, now: Date): Promise<void> {
  const key = await change.manager.findOneBy(ApiKeyEntity, { id: DEMO_KEY });
  if (!key) await addKey(change, { id: DEMO_KEY, name: 'demo key', scopes: ALL_SCOPES, token }, now);
  else if (key.removed || !key.hash.equals(tokenHash(token))) await changeToken(change, key, token);
}

async function ensureAccounts(change: Change, publicUrl: string, file: Partial<DemoFile> | undefined, now: Date): Promise<DemoFile['accounts']> {
  const shown: DemoFile['accounts'] = {};
  for (const account of DEMO_ACCOUNTS) {
    const details = await ensureAccount(change, account, { publicUrl, remembered: file?.accounts?.[account.id] ?? {}, now });
    if (details) shown[account.id] = inFile(details);
  }
  return shown;
}

interface Circumstances {
  publicUrl: string;
  /** What `demo.json` says: a database that was made anew gets the same secrets. */
  remembered: Record<string, string>;
  now: Date;
}

/** Undefined where somebody has closed the account: it stays closed. */
async function ensureAccount(change: Change, account: DemoAccount, { publicUrl, remembered, now }: Circumstances): Promise<AccountDetails | undefined> {
  const row = await change.manager.findOneBy(ChannelAccountEntity, { id: account.id });
  if (row?.removed) return undefined;
  const before = row && (await openedAccount(change.keys, row));
  const address = before?.address ?? (account.id === 'acc_site' ? (remembered.siteKey ?? newSiteKey()) : account.address);
  const secrets = { ...newSecrets(account, remembered), ...before?.secrets };
  const details = { ...account, ...before, address, secrets, settings: demoSettings(account.id, publicUrl, before?.settings) };
  if (!row) await addAccount(change, details, now);
  else if (!isDeepStrictEqual(details, before)) await changeAccount(change, row, details);
  return details;
}

const newSecrets = ({ secrets }: DemoAccount, remembered: Record<string, string>) =>
  Object.fromEntries(secrets.map((name) => [name, remembered[name] ?? randomBytes(16).toString('hex')]));

function inFile({ provider, address, secrets }: AccountDetails): Record<string, string> {
  return { ...secrets, ...(address && { address }), ...(provider === 'web-chat' && { siteKey: address }) };
}
