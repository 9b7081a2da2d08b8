import { randomUUID } from 'node:crypto';
import { bufferBytes } from './testing/buffer-bytes';
import { given } from './testing/given-vault';

const HASHES = 2_000;
/** What else a request allocates between two hashes. */
const OTHERS_BYTES = 4_000;

// A small Buffer is a view of `Buffer.poolSize` bytes that it shares with others: cached as such, each hash kept 4 KB of what was made beside it.
it('keyed hashes that are remembered keep none of the memory that was used beside them', async () => {
  const keys = await given('2026-11-28T12:00:00Z').vault.forTenant(randomUUID());
  const before = bufferBytes();
  for (let n = 0; n < HASHES; n++) {
    keys.hash('identity', `phone:${n}`);
    Buffer.from('x'.repeat(OTHERS_BYTES));
  }
  expect(bufferBytes() - before).toBeLessThan((HASHES * OTHERS_BYTES) / 4);
});
