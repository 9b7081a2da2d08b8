import { randomUUID } from 'node:crypto';
import { given } from './testing/given-vault';

// A process whose clock had been ahead asked for no versions until the clock was there again: it sealed by a key that had been replaced,
// and after its destruction nobody opened that.
it('seals by the newest version a minute after it was made, though the clock was set back', async () => {
  const tenant = randomUUID();
  const { vault, port } = given('2026-01-31T12:00:00Z');
  const ahead = given('2026-01-31T14:00:00Z', port);
  await ahead.vault.forTenant(tenant);
  ahead.at('2026-01-31T12:00:00Z');
  await ahead.vault.forTenant(tenant);
  await vault.addVersion(tenant, 'config', 2);
  ahead.at('2026-01-31T12:01:01Z');
  expect((await ahead.vault.forTenant(tenant)).seal('config', 'acc_1', Buffer.from('secret')).keyId).toBe('config:2');
});
