// What the topic had lost was published again by forgetting how far the relay was. Where another process did the relaying it never heard of
// that, and where the relay could not begin anew at once nothing was left that said how far it had been: the topic stayed without it for ever.
import { eventStore } from '@throughline/event-store';
import type { Database } from '@throughline/postgres';
import { unavailable } from '@throughline/contracts';
import { until } from '@throughline/platform/testing';
import { AdminForTest } from '../testing/admin-for-test';
import { AdminLife } from '../admin-life';
import { ConfigPublication } from './config-publication';
import { ConfigVersions } from './config-versions.handlers';

describe('a topic that lost the configuration', () => {
  let admin: AdminForTest;
  let database: Database;
  let tenant: string;
  let publication: ConfigPublication;

  beforeAll(async () => {
    admin = await AdminForTest.start();
    database = await admin.service.runtime.database('admin', []);
    tenant = `tenant/${(await admin.tenant('Mine')).id}`;
  });
  afterEach(() => publication.stop());
  afterAll(() => admin.service.close());

  /** A second process of the service: the relay of the first is at work. */
  const second = (of: Database) => new ConfigPublication({ ...{ bus: admin.service.runtime.bus, vault: admin.service.runtime.vault }, database: of, store: eventStore, onUnopenable: () => undefined, onError: () => undefined, onLost: () => undefined });

  async function isThere(): Promise<boolean> {
    const versions = new ConfigVersions();
    const subscription = await admin.service.runtime.bus.broadcast({ topic: 'config', handle: async (batch) => versions.take(batch) });
    await subscription.close();
    return versions.of(tenant) === 1n;
  }

  async function lose(): Promise<void> {
    await until(isThere);
    const bus = await admin.service.runtime.database('bus', []);
    await bus.system((tx) => tx.query("DELETE FROM message WHERE topic = 'config'"));
  }

  it('has it again where a process notices that stands by', async () => {
    publication = second(database);
    await publication.start();
    await lose();
    expect(await publication.restore()).toBeGreaterThan(0);
    await until(isThere);
    expect(await publication.restore()).toBe(0);
  });

  it('has it again though the database was away for a moment', async () => {
    await admin.service.app.get(AdminLife).onModuleDestroy();
    let away = false;
    const listen: Database['listen'] = (...of) => (away ? Promise.reject(unavailable('database', 'away')) : database.listen(...of));
    publication = second(new Proxy(database, { get: (of, name) => (name === 'listen' ? listen : (Reflect.get(of, name) as () => unknown).bind(of)) }));
    await publication.start();
    await lose();
    away = true;
    await publication.restore().catch(() => undefined);
    away = false;
    await publication.restore();
    await until(isThere);
  });
});
