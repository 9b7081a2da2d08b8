// While the database refuses appends (a full disk, a lock held long) a batch comes again and again, and each try stored its large bodies once
// more, in the class that never expires: nothing named those of the tries before, and nothing deleted them.
import { Intake } from './intake';
import { Ledger } from './ledger';
import { NOBODY_WAITS, ProfileBench } from './testing/profile-bench';

let bench: ProfileBench;
beforeAll(async () => {
  bench = await ProfileBench.open();
});
afterAll(() => bench.close());

it('a large body that is tried again leaves nothing of the tries before', async () => {
  const put = jest.spyOn(bench.blobs, 'put');
  const append = jest.fn().mockRejectedValue(new Error('no space left on device'));
  const full = new Ledger({ append }, bench.vault, bench.bodies, bench.traits, bench.recent);
  const handlers = bench.handlersOf(new Intake(bench.db.database, bench.store, full, NOBODY_WAITS));
  const batch = await bench.messages([{ id: 'large', text: 'x'.repeat(300_000) }]);
  put.mockClear();
  for (let tries = 0; tries < 3; tries += 1) await expect(handlers.take(batch)).rejects.toThrow('no space');
  await bench.handlers.take(batch);

  const stored = await Promise.all(put.mock.calls.map(([tenant, blob]) => bench.blobs.get(tenant, blob)));
  expect(stored.map((bytes) => bytes !== undefined)).toEqual([false, false, false, true]);
});
