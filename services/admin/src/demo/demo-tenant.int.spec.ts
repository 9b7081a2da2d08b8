import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventStore, eventStoreMigration } from '@throughline/event-store';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { openVault } from '@throughline/vault';
import { memoryKeyPort } from '@throughline/vault/testing';
import { ConfigChanges } from '../config/config-changes';
import { ALL_SCOPES } from '../keys/api-key.decider';
import { adminTables } from '../migrations/tables';
import { AdminForTest } from '../testing/admin-for-test';
import type { DemoFile } from './demo-file';
import { DEMO_TENANT, ensureDemo, type DemoConfig } from './demo-tenant';

const now = new Date('2026-01-31T12:00:00Z');

describe('the demo tenant', () => {
  const vault = openVault(memoryKeyPort(), () => now);
  let db: TestDatabase;
  let config: DemoConfig;

  beforeEach(async () => {
    db = await testDatabase('admin', [eventStoreMigration('admin'), adminTables]);
    config = { dataDir: await mkdtemp(join(tmpdir(), 'tl-demo-')), publicUrl: 'http://localhost:8080', smtpPort: 2525, demoApiKey: undefined };
  });
  afterEach(async () => {
    await db.drop();
    await rm(config.dataDir, { recursive: true, force: true });
  });

  const ensure = (more: Partial<DemoConfig> = {}) =>
    ensureDemo(new ConfigChanges({ database: db.database, store: eventStore, vault, clock: () => now, version: '0' }), { ...config, ...more }, now);
  const inFile = async () => JSON.parse(await readFile(join(config.dataDir, 'demo.json'), 'utf8')) as DemoFile;
  // Straight from the table: the log's readers wait for transactions of other databases on the same server.
  const events = () => db.database.relay(async (tx) => (await tx.query('SELECT n, id FROM event ORDER BY n')).rows);

  it('is made once, with the fields that docs/api.md names, in a file for the owner only', async () => {
    const demo = await ensure();
    expect(await inFile()).toEqual(demo);
    expect((await stat(join(config.dataDir, 'demo.json'))).mode & 0o777).toBe(0o600);
    expect(demo).toMatchObject({ apiKey: expect.stringMatching(/^tl_[A-Za-z0-9_-]{43}$/), publicUrl: 'http://localhost:8080', smtpPort: 2525, tenantId: DEMO_TENANT });
    expect(Object.keys(demo.accounts)).toEqual(['acc_phone', 'acc_sms', 'acc_whatsapp', 'acc_email', 'acc_site', 'acc_api']);
    expect(demo.accounts.acc_whatsapp).toEqual({ secret: expect.any(String), verifyToken: expect.any(String), address: '106540352242922' });
    expect(demo.accounts.acc_email).toMatchObject({ address: 'support@demo.example' });
    expect(demo.accounts.acc_site!.siteKey).toMatch(/^site_/);
  });

  it('changes nothing at the second start', async () => {
    const first = await ensure();
    const before = await events();
    expect(await ensure()).toEqual(first);
    expect(await events()).toEqual(before);
    expect(before).toHaveLength(8);
  });

  it('is made once by processes that start together', async () => {
    const demos = await Promise.all([1, 2, 3].map(() => ensure({ demoApiKey: 'tl_given-by-the-environment' })));
    expect(new Set(demos.map((demo) => JSON.stringify(demo))).size).toBe(1);
    expect(await events()).toHaveLength(8);
  });

  it('follows a changed public address', async () => {
    const first = await ensure();
    const second = await ensure({ publicUrl: 'https://demo.example' });
    expect(await inFile()).toEqual({ ...first, publicUrl: 'https://demo.example' });
    expect(second.accounts).toEqual(first.accounts);
    expect(await events()).toHaveLength(9);
  });

  it('takes the key that the environment gives, at once or later', async () => {
    await ensure();
    expect(await ensure({ demoApiKey: 'tl_given-by-the-environment' })).toMatchObject({ apiKey: 'tl_given-by-the-environment' });
    expect(await ensure()).toMatchObject({ apiKey: 'tl_given-by-the-environment' });
  });

  it('keeps its secrets when only the file is lost, and when only the database is lost', async () => {
    const first = await ensure();
    await rm(join(config.dataDir, 'demo.json'));
    const second = await ensure();
    expect(second.accounts).toEqual(first.accounts);
    await db.drop();
    db = await testDatabase('admin', [eventStoreMigration('admin'), adminTables]);
    expect(await ensure()).toEqual(second);
  });
});

describe('an admin service with the demo on', () => {
  let admin: AdminForTest;

  beforeAll(async () => {
    admin = await AdminForTest.start({ demo: true, demoApiKey: 'tl_demo-key-of-the-test' });
  });
  afterAll(() => admin.service.close());

  it('listens when the demo key and accounts count', async () => {
    const { directory } = admin.service.runtime;
    expect(directory.credential('tl_demo-key-of-the-test')).toMatchObject({ tenant: DEMO_TENANT, scopes: ALL_SCOPES });
    const { body } = await admin.call('GET', '/v1/channel-accounts', 'tl_demo-key-of-the-test');
    expect(body.items.map(({ id }) => id)).toEqual(['acc_api', 'acc_email', 'acc_phone', 'acc_site', 'acc_sms', 'acc_whatsapp']);
    expect(await directory.accountByAddress('smtp', 'support@demo.example')).toMatchObject({ id: 'acc_email', channel: 'email' });
  });
});
