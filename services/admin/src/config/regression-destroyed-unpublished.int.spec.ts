import { eventStore } from '@throughline/event-store';
import { until } from '@throughline/platform/testing';
import { ChannelAccounts } from '../accounts/channel-accounts';
import { AdminForTest } from '../testing/admin-for-test';
import { ConfigChanges } from './config-changes';
import { FormerConfigKeys } from './former-config-keys';

const URL = '/v1/channel-accounts';

// While admin stands still, or the bus is away, the topic holds secrets under the former key: destroyed, no process opened them, and
// the relay tried what it had read for ever.
it('a former config key stays until what was sealed anew is published', async () => {
  const admin = await AdminForTest.start();
  const { runtime } = admin.service;
  try {
    const mine = await admin.tenant('Mine');
    await admin.call('POST', URL, mine.token, { id: 'acc_1', provider: 'twilio-voice', channel: 'phone', secrets: { secret: 's' } });
    const database = await runtime.database('admin', []);
    const changes = new ConfigChanges({ database, store: eventStore, vault: runtime.vault, clock: runtime.clock, version: '0' });
    const former = new FormerConfigKeys({ database, accounts: new ChannelAccounts(changes, runtime.clock), vault: runtime.vault });
    await runtime.vault.addVersion(mine.id, 'config', 2);
    await runtime.vault.forTenant(mine.id);

    const publish = jest.spyOn(runtime.bus, 'publish').mockRejectedValue(new Error('the bus is away'));
    await former.leave(mine.id);
    await expect(former.destroy(mine.id)).rejects.toMatchObject({ slug: 'key-in-use' });
    publish.mockRestore();
    let destroyed = 0;
    await until(async () => (destroyed = await former.destroy(mine.id).catch(() => 0)) > 0);
    expect(destroyed).toBe(1);
    await until(async () => (await runtime.directory.account('acc_1'))?.secrets.secret === 's');
  } finally {
    await admin.service.close();
  }
});
