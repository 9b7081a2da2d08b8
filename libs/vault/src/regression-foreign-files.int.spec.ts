// A file of somebody else in the folder of keys ("2026-01-31 copy.key") was listed as a key, which no method takes: keys of the tenant whose
// time was over were not destroyed any more, nor was her key store moved to another master key.
import { randomUUID } from 'node:crypto';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFileKeyStore } from './file-key-port';
import { given } from './testing/given-vault';

it('foreign files among the keys are no keys', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tl-foreign-'));
  try {
    const tenant = randomUUID();
    const { port, vault, at } = given('2026-01-31T12:00:00Z', openFileKeyStore(folder));
    await vault.forTenant(tenant);
    const epochs = join(folder, tenant, 'epoch');
    for (const name of ['2026-01-31 copy', '._2026-01-31', 'Notes']) await copyFile(join(epochs, '2026-01-31.key'), join(epochs, `${name}.key`));
    at('2026-02-16T00:05:00Z');
    expect(await vault.destroyExpired()).toBe(1);
    expect(await port.list(tenant, 'epoch')).toEqual(['epoch:2026-02-01']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
