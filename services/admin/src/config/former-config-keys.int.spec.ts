import { randomUUID } from 'node:crypto';
import { fromBinary } from '@bufbuild/protobuf';
import { ConfigRecordSchema } from '@throughline/contracts';
import { eventStore, verifyLog } from '@throughline/event-store';
import type { Database } from '@throughline/postgres';
import { until } from '@throughline/platform/testing';
import { ChannelAccounts } from '../accounts/channel-accounts';
import { AdminForTest, type TestTenant } from '../testing/admin-for-test';
import { checkConfigBodies } from './check-config-bodies';
import { ConfigChanges } from './config-changes';
import { FormerConfigKeys } from './former-config-keys';

const URL = '/v1/channel-accounts';

describe('the config key of a tenant', () => {
  let admin: AdminForTest;
  let mine: TestTenant;
  let database: Database;
  let former: FormerConfigKeys;

  beforeAll(async () => {
    admin = await AdminForTest.start();
    const { runtime } = admin.service;
    database = await runtime.database('admin', []);
    const changes = new ConfigChanges({ database, store: eventStore, vault: runtime.vault, clock: runtime.clock, version: '0' });
    former = new FormerConfigKeys({ database, accounts: new ChannelAccounts(changes, runtime.clock), vault: runtime.vault });
  });
  beforeEach(async () => {
    mine = await admin.tenant('Mine');
  });
  afterAll(() => admin.service.close());

  async function account(secret: string): Promise<string> {
    const id = `acc_${randomUUID()}`;
    await admin.call('POST', URL, mine.token, { id, provider: 'twilio-voice', channel: 'phone', secrets: { secret } });
    return id;
  }
  const known = (id: string) => admin.service.runtime.directory.account(id);
  const verdict = () => verifyLog(database, { tenant: mine.id, checkBodies: checkConfigBodies(admin.service.runtime.vault) });

  it('is replaced while everybody works: nothing is left under the former one, secrets and log open, and it can go', async () => {
    const { vault } = admin.service.runtime;
    const ids = [await account('s1'), await account('s2')];
    await admin.call('DELETE', `${URL}/${await account('closed')}`, mine.token);
    await vault.addVersion(mine.id, 'config', 2);
    expect(await former.inUse(mine.id)).toEqual(['config:1']);
    await expect(former.destroy(mine.id)).rejects.toMatchObject({ slug: 'key-in-use' });

    // Where it is not loaded yet the one before still seals.
    await vault.forTenant(mine.id);
    const [moved, during] = await Promise.all([former.leave(mine.id), account('s3')]);
    expect(moved).toEqual({ accounts: 2, bodies: expect.any(Number) });
    expect(await former.inUse(mine.id)).toEqual([]);
    expect(await former.leave(mine.id)).toEqual({ accounts: 0, bodies: 0 });
    expect(await former.destroy(mine.id)).toBe(1);
    expect(await vault.versions(mine.id, 'config')).toEqual([2]);

    const secrets = async () => (await Promise.all([...ids, during].map(known))).map((one) => one?.secrets.secret);
    await until(async () => (await admin.call('GET', `${URL}/${ids[1]}`, mine.token)).headers.etag === '"2"' && (await secrets()).join() === 's1,s2,s3');
    expect(await verdict()).toMatchObject({ findings: [], bodies: { keyGone: 0 } });
  });

  it('has moved in what the topic holds, so a process that starts later opens every secret', async () => {
    const id = await account('later');
    await admin.service.runtime.vault.addVersion(mine.id, 'config', 2);
    await former.leave(mine.id);
    await former.destroy(mine.id);
    const keyIds = new Map<string, string>();
    await until(async () => {
      const subscription = await admin.service.runtime.bus.broadcast({
        topic: 'config',
        handle: async (batch) => {
          for (const { value } of batch) {
            const { value: thing } = fromBinary(ConfigRecordSchema, value);
            if (thing.case === 'channelAccount') keyIds.set(thing.value.id, thing.value.secretsKeyId);
          }
        },
      });
      await subscription.close();
      return keyIds.get(id) === 'config:2';
    });
    expect(await known(id)).toMatchObject({ secrets: { secret: 'later' } });
  });
});
