// Versions are counted in the database. One that was brought back from an older copy counted anew what processes had seen already: what was
// changed from then on was taken for old, and nobody listened until as many changes were made as had been lost.
import { toBinary } from '@bufbuild/protobuf';
import { ConfigRecordSchema, type ConfigRecord } from '@throughline/contracts';
import { eventStore, startGeneration } from '@throughline/event-store';
import { readConfigRecord } from '@throughline/platform';
import { until } from '@throughline/platform/testing';
import { AdminLife } from '../admin-life';
import { AdminForTest } from '../testing/admin-for-test';
import { ConfigPublication } from './config-publication';

const URL = '/v1/channel-accounts';

describe('a configuration that was brought back from an older copy', () => {
  let admin: AdminForTest;
  let publication: ConfigPublication | undefined;

  beforeAll(async () => void (admin = await AdminForTest.start()));
  afterAll(async () => {
    await publication?.stop();
    await admin.service.close();
  });

  const settingOf = async (id: string) => (await admin.service.runtime.directory.account(id))?.settings.greeting;

  async function published(id: string): Promise<ConfigRecord> {
    let newest: ConfigRecord | undefined;
    const handle = async (batch: readonly { value: Uint8Array }[]) => {
      for (const record of batch.map(({ value }) => readConfigRecord(value))) if (record.value.case === 'channelAccount' && record.value.value.id === id) newest = record;
    };
    await (await admin.service.runtime.bus.broadcast({ topic: 'config', handle })).close();
    return newest!;
  }

  /** Three more changes, of which the older copy knows nothing. */
  async function changedLater(id: string): Promise<void> {
    const record = await published(id);
    if (record.value.case !== 'channelAccount') throw new Error('no account');
    record.version += 3n;
    record.value.value.settings = JSON.stringify({ greeting: 'lost' });
    await admin.service.runtime.bus.publish('config', [{ key: Buffer.from(`channelAccount/${id}`), value: toBinary(ConfigRecordSchema, record) }]);
    await until(async () => (await settingOf(id)) === 'lost');
  }

  it('counts, and so does what is changed from then on', async () => {
    const { token } = await admin.tenant('Mine');
    const { body: account } = await admin.call('POST', URL, token, { provider: 'generic', settings: { greeting: 'kept' } });
    await changedLater(account.id);
    await admin.service.app.get(AdminLife).onModuleDestroy();
    await startGeneration(admin.service.adminUrl, 'admin', new Date());
    let lost = 0;
    const database = await admin.service.runtime.database('admin', []);
    const { bus, vault } = admin.service.runtime;
    publication = new ConfigPublication({ bus, vault, database, store: eventStore, onUnopenable: () => undefined, onError: () => undefined, onLost: (things) => void (lost += things) });
    await publication.start();
    expect(await publication.restore()).toBeGreaterThan(0);
    await until(async () => (await settingOf(account.id)) === 'kept');
    await admin.call('PATCH', `${URL}/${account.id}`, token, { settings: { greeting: 'new' } });
    await until(async () => (await settingOf(account.id)) === 'new');
    expect(await publication.restore()).toBe(0);
    expect(lost).toBe(0);
  });
});
