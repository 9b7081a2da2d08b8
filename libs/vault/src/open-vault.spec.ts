import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { memoryKeyPort } from './testing';
import { breakable, given } from './testing/given-vault';
import type { HashPurpose, Sealed } from './vault.contract';

const tenant = randomUUID();
const PURPOSES: HashPurpose[] = ['identity', 'key', 'conversation', 'digest'];

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

  it('never collide among tenants, purposes, versions and texts', async () => {
    const { vault } = given('2026-01-31T12:00:00Z');
    const tenants = [tenant, randomUUID(), randomUUID()];
    for (const one of tenants) await vault.addVersion(one, 'hash', 2);
    const all = await Promise.all(tenants.map((one) => vault.forTenant(one)));
    fc.assert(
      fc.property(fc.uniqueArray(fc.oneof(fc.string(), fc.constantFrom('phone:+14155550100', 'identity', 'key\0x', '1\0key\0x')), { minLength: 1, maxLength: 20 }), (texts) => {
        const hashes = all.flatMap((keys) => keys.hashVersions.flatMap((version) => PURPOSES.flatMap((purpose) => texts.map((text) => keys.hash(purpose, text, version).toString('hex')))));
        expect(new Set(hashes).size).toBe(tenants.length * 2 * PURPOSES.length * texts.length);
      }),
    );
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

describe('a key whose share of boxes is spent', () => {
  it('goes on in parts that every process opens, and that are destroyed with it', async () => {
    const { vault, port } = given('2026-01-31T12:00:00Z', memoryKeyPort(), { boxesPerKey: 10 });
    const boxes: Sealed[] = [];
    for (let i = 0; i < 35; i += 1) boxes.push((await vault.forTenant(tenant)).seal('epoch', 'x', Buffer.from('hello')));
    const counts = [...Map.groupBy(boxes, (box) => box.keyId)].map(([id, group]) => [id, group.length]);
    expect(counts).toEqual([['epoch:2026-01-31', 10], ['epoch:2026-01-31.1', 10], ['epoch:2026-01-31.2', 10], ['epoch:2026-01-31.3', 5]]);
    const other = await given('2026-01-31T12:00:00Z', port).vault.forTenant(tenant);
    for (const box of boxes) expect((await other.open('x', box)).toString()).toBe('hello');
    expect(await given('2026-02-16T00:05:00Z', port).vault.destroyExpired()).toBe(4);
    const late = await given('2026-02-16T00:05:00Z', port).vault.forTenant(tenant);
    for (const box of boxes) await expect(late.open('x', box)).rejects.toMatchObject({ slug: 'key-destroyed' });
  });

  it('refuses rather than seal more, where one batch alone spends it', async () => {
    const keys = await given('2026-01-31T12:00:00Z', memoryKeyPort(), { boxesPerKey: 10 }).vault.forTenant(tenant);
    for (let i = 0; i < 10; i += 1) keys.seal('raw', 'x', Buffer.of());
    expect(() => keys.seal('raw', 'x', Buffer.of())).toThrow(expect.objectContaining({ kind: 'unavailable', slug: 'no-current-key' }));
  });
});

describe('what a log or an error could show of a vault', () => {
  it('holds no byte of a key', async () => {
    const { vault, port } = given('2026-01-31T12:00:00Z');
    const keys = await vault.forTenant(tenant);
    const sealed = keys.seal('epoch', 'x', Buffer.from('hello'));
    const failure = await keys.open('y', sealed).catch((error: Error) => error);
    const shown = [vault, keys, failure, (failure as Error).stack].map((one) => inspect(one, { depth: 20, showHidden: true, maxArrayLength: null }) + JSON.stringify(one));
    for (const id of ['epoch:2026-01-31', 'raw:2026-01', 'hash:1', 'config:1']) {
      const key = (await port.get(tenant, id))!;
      for (const text of shown) expectNoTrace(text, key);
    }
  });
});

/** Neither as inspect shows bytes nor in any common form of text. */
function expectNoTrace(text: string, key: Buffer): void {
  const forms = [key.toString('hex').replace(/../g, '$& ').trim().slice(0, 23), key.toString('hex'), key.toString('base64'), key.toString('base64url'), key.toString('latin1'), [...key.subarray(0, 6)].join(','), [...key.subarray(0, 6)].join(', ')];
  for (const form of forms) expect(text.includes(form)).toBe(false);
}
