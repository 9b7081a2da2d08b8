// A frame that named a tenant nobody knows had keys made for it, and its dead letter kept for nobody: whoever may write to the broker filled the key store.
import { randomUUID } from 'node:crypto';
import { openVault } from '@throughline/vault';
import { memoryKeyPort } from '@throughline/vault/testing';
import { vaultFrames } from './vault-frames';

const sealed = { keyId: 'epoch:2026-01-31', box: Buffer.alloc(40) };

it.each([
  ['a tenant that nobody knows is for nobody', false, { kind: 'rejected', slug: 'tenant-unknown' }],
  ['a tenant whose keys are missing waits for them', true, { kind: 'unavailable', slug: 'tenant-keys-missing' }],
])('a frame of %s, and no keys are made', async (_, isTenant, error) => {
  const port = memoryKeyPort();
  const frames = vaultFrames(openVault(port, () => new Date('2026-01-31T12:00:00Z'), { onlyFounded: true }), () => isTenant);
  await expect(frames.open(randomUUID(), 'frame', sealed)).rejects.toMatchObject(error);
  expect(await port.tenants()).toEqual([]);
});
