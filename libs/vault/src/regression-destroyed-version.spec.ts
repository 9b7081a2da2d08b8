import { randomUUID } from 'node:crypto';
import type { KeyPort } from './key-port.contract';
import { openVault } from './open-vault';
import { given } from './testing/given-vault';

const START = '2026-01-31T12:00:00Z';
const TEXT = 'phone:+14155550100';

// It came back with other bytes, as the oldest: hashes that nobody has stored, and customers whom nobody finds.
describe('a version of the hash key that was destroyed', () => {
  it('is not made anew by a process that starts meanwhile', async () => {
    const tenant = randomUUID();
    const { vault, port } = given(START);
    await vault.addVersion(tenant, 'hash', 2);
    let destroying: Promise<void> | undefined;
    const late = async <T>(ask: () => Promise<T>): Promise<T> => {
      await (destroying ??= vault.destroyVersion(tenant, 'hash', 1));
      return ask();
    };
    const slow: KeyPort = { ...port, get: (of, id) => late(() => port.get(of, id)), getOrMake: (of, id) => late(() => port.getOrMake(of, id)) };
    const keys = await openVault(slow, () => new Date(START)).forTenant(tenant);
    expect(await port.list(tenant, 'hash')).toEqual(['hash:2']);
    expect(keys.hash('identity', TEXT)).toEqual((await vault.forTenant(tenant)).hash('identity', TEXT, 2));
  });

  it('is not made anew by a command that is repeated late', async () => {
    const tenant = randomUUID();
    const { vault, port } = given(START);
    for (const version of [2, 3]) await vault.addVersion(tenant, 'hash', version);
    const third = (await vault.forTenant(tenant)).hash('identity', TEXT, 3);
    for (const version of [1, 2]) await vault.destroyVersion(tenant, 'hash', version);
    await expect(vault.addVersion(tenant, 'hash', 2)).rejects.toMatchObject({ kind: 'rejected', slug: 'key-version' });
    await vault.addVersion(tenant, 'hash', 3);
    expect((await given(START, port).vault.forTenant(tenant)).hash('identity', TEXT)).toEqual(third);
  });
});
