import { randomUUID } from 'node:crypto';
import type { KeyPort } from './key-port.contract';
import { openVault } from './open-vault';
import { given } from './testing/given-vault';

const START = '2026-01-31T12:00:00Z';

// The list of versions was known before the newest one was loaded: whoever sealed in between was answered 503.
it('seals by the version before while the newest one is being loaded', async () => {
  const tenant = randomUUID();
  const { port } = given(START);
  const { promise: loaded, resolve: load } = Promise.withResolvers<void>();
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const slow: KeyPort = {
    ...port,
    get: async (of, id) => {
      if (id === 'config:2') await (ask(), loaded);
      return port.get(of, id);
    },
  };
  const vault = openVault(slow, () => new Date(START));
  const keys = await vault.forTenant(tenant);
  await vault.addVersion(tenant, 'config', 2);
  const preparing = vault.forTenant(tenant);
  await asked;
  expect(keys.seal('config', 'acc_1', Buffer.from('secret')).keyId).toBe('config:1');
  load();
  expect((await preparing).seal('config', 'acc_1', Buffer.from('secret')).keyId).toBe('config:2');
});
