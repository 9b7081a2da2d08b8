import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { given } from './testing/given-vault';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const HASHES = 2_000;
/** What else a request allocates between two hashes. */
const OTHERS_BYTES = 4_000;

function bufferBytes(): number {
  // The first only queues what it found for being freed.
  collect();
  collect();
  return process.memoryUsage().arrayBuffers;
}

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
