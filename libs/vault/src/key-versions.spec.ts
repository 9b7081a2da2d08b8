import { randomUUID } from 'node:crypto';
import { memoryKeyPort } from './testing';
import { breakable, given } from './testing/given-vault';
import type { Sealed } from './vault.contract';

const tenant = randomUUID();

describe('versions of a key', () => {
  const TEXT = 'phone:+14155550100';

  it('of hashes stand side by side: the old one is the one meant until it is destroyed', async () => {
    const { vault } = given('2026-01-31T12:00:00Z');
    const first = (await vault.forTenant(tenant)).hash('identity', TEXT);
    await vault.addVersion(tenant, 'hash', 2);
    const keys = await vault.forTenant(tenant);
    expect(keys.hashVersions).toEqual([1, 2]);
    expect(keys.hash('identity', TEXT)).toEqual(first);
    expect(keys.hash('identity', TEXT, 1)).toEqual(first);
    const second = keys.hash('identity', TEXT, 2);
    expect(second).not.toEqual(first);
    await vault.destroyVersion(tenant, 'hash', 1);
    expect((await vault.forTenant(tenant)).hash('identity', TEXT)).toEqual(second);
    expect(() => keys.hash('identity', TEXT, 3)).toThrow(expect.objectContaining({ slug: 'no-current-key' }));
  });

  it('of the config key: the new one seals, both open, and the old one does not when it was destroyed', async () => {
    const { vault } = given('2026-01-31T12:00:00Z');
    const old = (await vault.forTenant(tenant)).seal('config', 'acc_1', Buffer.from('secret'));
    await vault.addVersion(tenant, 'config', 2);
    const keys = await vault.forTenant(tenant);
    const fresh = keys.seal('config', 'acc_1', await keys.open('acc_1', old));
    expect([old.keyId, fresh.keyId]).toEqual(['config:1', 'config:2']);
    await vault.destroyVersion(tenant, 'config', 1);
    const later = await vault.forTenant(tenant);
    expect((await later.open('acc_1', fresh)).toString()).toBe('secret');
    await expect(later.open('acc_1', old)).rejects.toMatchObject({ slug: 'key-destroyed' });
  });

  it('are the same for processes that add one at the same time, and known to the others after a minute', async () => {
    const { vault, port } = given('2026-01-31T12:00:00Z');
    const other = given('2026-01-31T12:00:00Z', port);
    const idle = given('2026-01-31T12:00:00Z', port);
    await Promise.all([other.vault.forTenant(tenant), idle.vault.forTenant(tenant)]);
    await Promise.all([vault, other.vault, vault].map((one) => one.addVersion(tenant, 'config', 2)));
    expect((await port.list(tenant, 'config')).toSorted()).toEqual(['config:1', 'config:2']);
    await expect(vault.addVersion(tenant, 'config', 4)).rejects.toMatchObject({ kind: 'rejected', slug: 'key-version' });
    idle.at('2026-01-31T12:00:59.999Z');
    expect((await idle.vault.forTenant(tenant)).seal('config', 'x', Buffer.of()).keyId).toBe('config:1');
    idle.at('2026-01-31T12:01:00Z');
    expect((await idle.vault.forTenant(tenant)).seal('config', 'x', Buffer.of()).keyId).toBe('config:2');
  });

  it('open in a process that has not heard of the new one yet', async () => {
    const { vault, port } = given('2026-01-31T12:00:00Z');
    const idle = await given('2026-01-31T12:00:00Z', port).vault.forTenant(tenant);
    await vault.addVersion(tenant, 'config', 2);
    const sealed = (await vault.forTenant(tenant)).seal('config', 'x', Buffer.from('secret'));
    expect((await idle.open('x', sealed)).toString()).toBe('secret');
  });

  it('are never without one: the newest is not destroyed', async () => {
    const { vault } = given('2026-01-31T12:00:00Z');
    await vault.forTenant(tenant);
    for (const version of [1, 2]) await expect(vault.destroyVersion(tenant, 'config', version)).rejects.toMatchObject({ kind: 'rejected', slug: 'key-in-use' });
  });

  it('of a tenant known already do not keep anybody when the key store is away', async () => {
    const { state, guarded } = breakable(memoryKeyPort());
    const { vault, at } = given('2026-01-31T12:00:00Z', guarded);
    await vault.addVersion(tenant, 'hash', 2);
    await vault.forTenant(tenant);
    state.broken = true;
    at('2026-01-31T13:00:00Z');
    expect((await vault.forTenant(tenant)).hashVersions).toEqual([1, 2]);
  });

  it('change under sealing and opening in three processes without one failure', async () => {
    const first = given('2026-01-31T23:59:30Z');
    const { vault, port } = first;
    const processes = [first, given('2026-01-31T23:59:30Z', port), given('2026-01-31T23:59:30Z', port)];
    const sealed: { id: string; sealed: Sealed }[] = [];
    for (let second = 0; second < 200; second += 1) {
      const now = new Date(Date.parse('2026-01-31T23:59:30Z') + second * 1_000).toISOString();
      for (const process_ of processes) process_.at(now);
      if (second % 40 === 20) for (const kind of ['config', 'hash'] as const) await vault.addVersion(tenant, kind, 2 + Math.floor(second / 40));
      const keys = await Promise.all(processes.map((one) => one.vault.forTenant(tenant)));
      for (const [i, one] of keys.entries()) {
        for (const purpose of ['epoch', 'raw', 'config'] as const) sealed.push({ id: `${second}.${i}`, sealed: one.seal(purpose, `${second}.${i}`, Buffer.from('x')) });
        const recent = sealed.slice(-9);
        for (const box of recent) expect((await keys[(i + 1) % 3]!.open(box.id, box.sealed)).toString()).toBe('x');
        expect(one.hash('identity', 'x', 1)).toEqual(keys[0]!.hash('identity', 'x', 1));
      }
    }
    expect([...new Set(sealed.map((box) => box.sealed.keyId))].toSorted()).toEqual([
      ...[1, 2, 3, 4, 5, 6].map((version) => `config:${version}`),
      ...['epoch:2026-01-31', 'epoch:2026-02-01', 'raw:2026-01', 'raw:2026-02'],
    ]);
  });
});
