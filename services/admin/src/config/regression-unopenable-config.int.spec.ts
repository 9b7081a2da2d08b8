// A database that was brought back from before `keys destroy config` holds events that nothing opens any more. One of them, of one tenant,
// stopped what admin publishes of all tenants: new changes, and what the topic had lost.
import { unavailable } from '@throughline/contracts';
import { until } from '@throughline/platform/testing';
import { AdminLife } from '../admin-life';
import { AdminForTest, type TestTenant } from '../testing/admin-for-test';
import { ConfigVersions } from './config-versions.handlers';

describe("one tenant's configuration that does not open", () => {
  let admin: AdminForTest;
  let mine: TestTenant;
  let other: TestTenant;

  beforeEach(async () => {
    admin = await AdminForTest.start();
    [mine, other] = [await admin.tenant('Mine'), await admin.tenant('Other')];
    await until(async () => (await onTopic()).of(`tenant/${other.id}`) === 1n);
  });
  afterEach(() => admin.service.close());

  async function onTopic(): Promise<ConfigVersions> {
    const versions = new ConfigVersions();
    const subscription = await admin.service.runtime.bus.broadcast({ topic: 'config', handle: async (batch) => versions.take(batch) });
    await subscription.close();
    return versions;
  }

  async function lose(): Promise<void> {
    const bus = await admin.service.runtime.database('bus', []);
    await bus.system((tx) => tx.query("DELETE FROM message WHERE topic = 'config'"));
  }

  /** The key that this tenant's log was sealed under is destroyed behind the back of a log that still names it. */
  async function destroyKey(): Promise<void> {
    const { vault } = admin.service.runtime;
    await vault.addVersion(mine.id, 'config', 2);
    await vault.forTenant(mine.id);
    await vault.destroyVersion(mine.id, 'config', 1);
    await vault.forTenant(mine.id);
  }

  it("does not keep another's from a topic that lost it", async () => {
    await destroyKey();
    await lose();
    await admin.service.app.get(AdminLife).restore();
    const versions = await onTopic();
    expect([versions.of(`tenant/${other.id}`), versions.of(`tenant/${mine.id}`)]).toEqual([1n, 0n]);
  });

  it("does not keep another's change from being published", async () => {
    const relaying = jest.spyOn(admin.service.runtime.bus, 'publish').mockRejectedValue(new Error('the bus is away'));
    await admin.call('POST', '/v1/keys', mine.token, { scopes: ['read'] });
    await destroyKey();
    const { body: key } = await admin.call('POST', '/v1/keys', other.token, { scopes: ['read'] });
    relaying.mockRestore();
    await until(async () => (await onTopic()).of(`apiKey/${key.id}`) === 1n);
  });

  it('follows where the keys of a tenant are not in the key store now, once they are', async () => {
    const { vault } = admin.service.runtime;
    const forTenant = vault.forTenant.bind(vault);
    const missing = jest.spyOn(vault, 'forTenant').mockImplementation((tenant) => (tenant === mine.id ? Promise.reject(strange()) : forTenant(tenant)));
    await lose();
    const life = admin.service.app.get(AdminLife);
    await expect(life.restore()).rejects.toMatchObject({ slug: 'tenant-keys-missing' });
    expect((await onTopic()).of(`tenant/${other.id}`)).toBe(1n);
    missing.mockRestore();
    expect(await life.restore()).toBeGreaterThan(0);
    expect((await onTopic()).of(`tenant/${mine.id}`)).toBe(1n);
  });
});

const strange = () => unavailable('tenant-keys-missing', 'The key store has no keys of this tenant.');
