import { randomUUID } from 'node:crypto';
import { unavailable } from '@throughline/contracts';
import fc from 'fast-check';
import type { KeyPort } from './key-port.contract';
import { openVault } from './open-vault';
import { memoryKeyPort } from './testing';
import type { HashPurpose } from './vault.contract';

const tenant = randomUUID();
const PURPOSES: HashPurpose[] = ['identity', 'key', 'conversation', 'digest'];

/** A vault over a key store in memory, with a clock that the spec sets. */
function given(start: string, port: KeyPort = memoryKeyPort()) {
  let now = new Date(start);
  return { port, vault: openVault(port, () => now), at: (time: string) => (now = new Date(time)) };
}

/** A port that fails from a moment on. */
function breakable(port: KeyPort) {
  const state = { broken: false };
  const guard = <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A) => {
      if (state.broken) throw unavailable('key-store-unavailable', 'broken');
      return work(...args);
    };
  const guarded: KeyPort = { get: guard(port.get), getOrMake: guard(port.getOrMake), list: guard(port.list), tenants: guard(port.tenants), destroy: guard(port.destroy) };
  return { state, guarded };
}

describe('keyed hashes', () => {
  it('are 16 bytes, always the same, and differ by purpose, text and tenant', async () => {
    const { vault } = given('2026-01-31T12:00:00Z');
    const [keys, others] = await Promise.all([vault.forTenant(tenant), vault.forTenant(randomUUID())]);
    fc.assert(
      fc.property(fc.string(), (text) => {
        const hashes = PURPOSES.map((purpose) => keys.hash(purpose, text).toString('hex'));
        expect(new Set([...hashes, others.hash('key', text).toString('hex')]).size).toBe(5);
        expect(PURPOSES.map((purpose) => keys.hash(purpose, Buffer.from(text)).toString('hex'))).toEqual(hashes);
        expect(hashes[0]).toHaveLength(32);
      }),
    );
  });

  it('are the same in every process on one key store', async () => {
    const { vault, port } = given('2026-01-31T12:00:00Z');
    const other = given('2026-03-01T12:00:00Z', port).vault;
    const [a, b] = [await vault.forTenant(tenant), await other.forTenant(tenant)];
    expect(b.hash('identity', 'phone:+14155550100')).toEqual(a.hash('identity', 'phone:+14155550100'));
  });

  it('are not spoilt by a caller who writes into one', async () => {
    const keys = await given('2026-01-31T12:00:00Z').vault.forTenant(tenant);
    const before = keys.hash('key', 'x').toString('hex');
    keys.hash('key', 'x').fill(0);
    expect(keys.hash('key', 'x').toString('hex')).toBe(before);
  });
});

describe('sealing under the tenant\'s keys', () => {
  it.each(['epoch', 'raw', 'config'] as const)('opens what was sealed for %s', async (purpose) => {
    const keys = await given('2026-01-31T12:00:00Z').vault.forTenant(tenant);
    const sealed = keys.seal(purpose, 'event-1', Buffer.from('hello'));
    expect((await keys.open('event-1', sealed)).toString()).toBe('hello');
    await expect(keys.open('event-2', sealed)).rejects.toMatchObject({ slug: 'unopenable' });
  });

  it('names the key in the box\'s key id', async () => {
    const keys = await given('2026-01-31T12:00:00Z').vault.forTenant(tenant);
    expect(['epoch', 'raw', 'config'].map((purpose) => keys.seal(purpose as 'epoch', 'x', Buffer.of()).keyId)).toEqual(['epoch:2026-01-31', 'raw:2026-01', 'config:1']);
  });

  it('does not open another tenant\'s box', async () => {
    const { vault } = given('2026-01-31T12:00:00Z');
    const sealed = (await vault.forTenant(tenant)).seal('epoch', 'x', Buffer.from('hello'));
    await expect((await vault.forTenant(randomUUID())).open('x', sealed)).rejects.toMatchObject({ slug: 'unopenable' });
  });

  it('goes on to the next epoch at midnight UTC, and still opens the last one\'s', async () => {
    const { vault, at } = given('2026-01-31T23:59:59.999Z');
    const sealed = (await vault.forTenant(tenant)).seal('epoch', 'x', Buffer.from('hello'));
    at('2026-02-01T00:00:00Z');
    const keys = await vault.forTenant(tenant);
    expect(keys.seal('epoch', 'y', Buffer.of()).keyId).toBe('epoch:2026-02-01');
    expect((await keys.open('x', sealed)).toString()).toBe('hello');
  });

  it('opens what another process sealed under a key made later', async () => {
    const { vault, port } = given('2026-01-31T12:00:00Z');
    const keys = await vault.forTenant(tenant);
    const sealed = (await given('2026-02-07T12:00:00Z', port).vault.forTenant(tenant)).seal('epoch', 'x', Buffer.from('hello'));
    expect((await keys.open('x', sealed)).toString()).toBe('hello');
  });
});

describe('a batch that holds on to its keys', () => {
  it('seals under the next epoch, which was made ahead', async () => {
    const { vault, at } = given('2026-01-31T12:00:00Z');
    const keys = await vault.forTenant(tenant);
    at('2026-02-01T12:00:00Z');
    expect(keys.seal('epoch', 'x', Buffer.of()).keyId).toBe('epoch:2026-02-01');
  });

  it('still seals under the last known epoch in the grace after midnight, and not after it', async () => {
    const { vault, at } = given('2026-01-31T12:00:00Z');
    const keys = await vault.forTenant(tenant);
    at('2026-02-02T00:04:59.999Z');
    expect(keys.seal('epoch', 'x', Buffer.of()).keyId).toBe('epoch:2026-02-01');
    at('2026-02-02T00:05:00Z');
    expect(() => keys.seal('epoch', 'x', Buffer.of())).toThrow(expect.objectContaining({ kind: 'unavailable', slug: 'no-current-key' }));
  });
});

describe('a key store that is away', () => {
  it('stops nobody while the keys of the day are known', async () => {
    const { state, guarded } = breakable(memoryKeyPort());
    const { vault, at } = given('2026-01-31T12:00:00Z', guarded);
    await vault.forTenant(tenant);
    state.broken = true;
    at('2026-02-01T23:00:00Z');
    expect((await vault.forTenant(tenant)).seal('epoch', 'x', Buffer.of()).keyId).toBe('epoch:2026-02-01');
    at('2026-02-02T00:00:00Z');
    await expect(vault.forTenant(tenant)).rejects.toMatchObject({ kind: 'unavailable', slug: 'key-store-unavailable' });
  });

  it('stops a tenant whose keys are not known, until it is back', async () => {
    const { state, guarded } = breakable(memoryKeyPort());
    const { vault } = given('2026-01-31T12:00:00Z', guarded);
    state.broken = true;
    await expect(vault.forTenant(tenant)).rejects.toMatchObject({ kind: 'unavailable' });
    state.broken = false;
    await expect(vault.forTenant(tenant)).resolves.toMatchObject({ tenant });
  });
});

describe('keys whose time is over', () => {
  it('are destroyed, and what they sealed opens nowhere, in no process', async () => {
    const { vault, port, at } = given('2026-01-31T12:00:00Z');
    const keys = await vault.forTenant(tenant);
    const [bus, raw, config] = (['epoch', 'raw', 'config'] as const).map((purpose) => keys.seal(purpose, 'x', Buffer.from('hello')));
    at('2026-02-16T00:05:00Z');
    expect(await given('2026-02-16T00:05:00Z', port).vault.destroyExpired()).toBe(1);
    await expect(keys.open('x', bus!)).rejects.toMatchObject({ kind: 'rejected', slug: 'key-destroyed' });
    expect((await keys.open('x', raw!)).toString()).toBe('hello');
    at('2026-05-02T00:05:00Z');
    await vault.destroyExpired();
    await expect(keys.open('x', raw!)).rejects.toMatchObject({ slug: 'key-destroyed' });
    expect((await keys.open('x', config!)).toString()).toBe('hello');
  });

  it('are not destroyed a millisecond early', async () => {
    const { vault, at } = given('2026-01-31T12:00:00Z');
    const keys = await vault.forTenant(tenant);
    const sealed = keys.seal('epoch', 'x', Buffer.from('hello'));
    at('2026-02-16T00:04:59.999Z');
    expect(await vault.destroyExpired()).toBe(0);
    expect((await keys.open('x', sealed)).toString()).toBe('hello');
  });
});
