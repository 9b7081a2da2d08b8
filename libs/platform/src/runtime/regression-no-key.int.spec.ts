import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKeyStore, openVault } from '@throughline/vault';
import { memoryKeyPort } from '@throughline/vault/testing';
import { vaultFrames } from './vault-frames';

const clock = () => new Date('2026-01-31T12:00:00Z');

// The key store called it the caller's mistake, the bus a passing one: a frame under what is no key held up its partition for ever.
describe('a frame under a key that can be none', () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'throughline-no-key-'))));
  afterAll(() => rm(folder, { recursive: true }));

  it.each(['', 'junk', 'epoch:', 'epoch:../../x', 'slot:1', 'segment:1', 'EPOCH:2026-01-31', `epoch:${'1'.repeat(300)}`])('%j is one that never opens', async (keyId) => {
    for (const port of [openKeyStore(`file:${folder}`), memoryKeyPort()]) {
      const opening = vaultFrames(openVault(port, clock), () => true).open(randomUUID(), 'frame', { keyId, box: Buffer.alloc(40) });
      await expect(opening).rejects.toMatchObject({ kind: 'rejected', slug: 'key-destroyed' });
    }
  });
});
