// The topic `config` once lost was lost: processes started afterwards knew no tenant, and nobody was told.
import { until } from '@throughline/platform/testing';
import { AdminLife } from './admin-life';
import { ConfigVersions } from './config/config-versions.handlers';
import { AdminForTest, type TestTenant } from './testing/admin-for-test';

describe('a bus that came back without the configuration', () => {
  let admin: AdminForTest;
  let tenant: TestTenant;

  beforeAll(async () => {
    admin = await AdminForTest.start();
    tenant = await admin.tenant('Mine');
  });
  afterAll(() => admin.service.close());

  const restore = () => admin.service.app.get(AdminLife).restore();

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

  it('gets all of it again, the newest version of each thing last', async () => {
    const { body: key } = await admin.call('POST', '/v1/keys', tenant.token, { scopes: ['read'] });
    await admin.call('DELETE', `/v1/keys/${key.id}`, tenant.token);
    const version = async () => (await onTopic()).of(`apiKey/${key.id}`);
    await until(async () => (await version()) === 2n);
    await lose();
    expect(await version()).toBe(0n);
    expect(await restore()).toBeGreaterThanOrEqual(3);
    await until(async () => (await version()) === 2n);
    await until(async () => (await restore()) === 0);
  });

  it('is left alone where nothing is missing', async () => {
    expect(await restore()).toBe(0);
  });
});
