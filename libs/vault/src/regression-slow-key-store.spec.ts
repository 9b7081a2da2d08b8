// At midnight every request and every frame of a tenant waited until tomorrow's keys were made. A key store that did not answer (KMS gives up
// after three times five seconds) kept all of them for as long, again and again, though nobody needed these keys before the next day.
import { randomUUID } from 'node:crypto';
import { memoryKeyPort } from './testing';
import { given } from './testing/given-vault';
import type { KeyPort } from './key-port.contract';

const tenant = randomUUID();

describe('a key store that is slow', () => {
  it('keeps nobody waiting for keys of tomorrow, which are there when they are needed', async () => {
    const port = memoryKeyPort();
    const { promise: answers, resolve: answer } = Promise.withResolvers<void>();
    let stuck = false;
    const slow: KeyPort = { ...port, getOrMake: async (...of) => (stuck && (await answers), port.getOrMake(...of)) };
    const { vault, at } = given('2026-01-30T12:00:00Z', slow);
    await vault.forTenant(tenant);
    stuck = true;
    at('2026-01-31T00:00:00Z');
    const keys = await vault.forTenant(tenant);
    expect(keys.seal('epoch', 'x', Buffer.of()).keyId).toBe('epoch:2026-01-31');
    expect(await port.list(tenant, 'epoch')).not.toContain('epoch:2026-02-01');
    answer();
    at('2026-02-01T00:00:00Z');
    expect((await vault.forTenant(tenant)).seal('epoch', 'x', Buffer.of()).keyId).toBe('epoch:2026-02-01');
  });
});
