import { randomUUID } from 'node:crypto';
import { memoryKeyPort } from './testing';
import { given } from './testing/given-vault';

// What was sealed under its parts still opened, and whoever had used one made it anew.
it('a version of the config key is destroyed with its parts, and none of them comes back', async () => {
  const tenant = randomUUID();
  const { vault, port } = given('2026-01-31T12:00:00Z', memoryKeyPort(), { boxesPerKey: 2 });
  const seal = async () => (await vault.forTenant(tenant)).seal('config', 'acc_1', Buffer.from('secret'));
  const sealed = [await seal(), await seal(), await seal()];
  expect(sealed.map(({ keyId }) => keyId)).toEqual(['config:1', 'config:1', 'config:1.1']);
  await vault.addVersion(tenant, 'config', 2);
  await vault.destroyVersion(tenant, 'config', 1);
  const keys = await vault.forTenant(tenant);
  for (const box of sealed) await expect(keys.open('acc_1', box)).rejects.toMatchObject({ kind: 'rejected', slug: 'key-destroyed' });
  expect(await port.list(tenant, 'config')).toEqual(['config:2']);
});
