import { throughGate } from '@throughline/event-store';
import { Intake } from './intake';
import { openParts } from './open-interactions';
import type { TestInteraction } from './testing/interaction-message';
import { NOBODY_WAITS, ProfileBench, TENANT } from './testing/profile-bench';

let bench: ProfileBench;
beforeEach(async () => void (bench = await ProfileBench.open()));
afterEach(() => bench.close());

const one = (n: number, more: Partial<TestInteraction> = {}): TestInteraction => ({ id: `i${n}`, identities: [`visitor:v${n}`], ...more });

/** A process' intake, and how often it looked ids up. */
function counted() {
  const looks: number[] = [];
  const known: typeof bench.store.known = (tx, tenant, ids) => {
    looks.push(ids.length);
    return bench.store.known(tx, tenant, ids);
  };
  const intake = new Intake(throughGate(bench.db.database), { known }, bench.ledger, NOBODY_WAITS);
  return {
    looks,
    take: async (...interactions: TestInteraction[]) => {
      for await (const part of openParts(bench.vault, bench.blobs, TENANT, await bench.messages(interactions))) await intake.take(part.keys, part.interactions);
    },
  };
}

const logged = async () => (await bench.readLog()).length;

describe('the intake', () => {
  it('looks nothing up while all that comes is new', async () => {
    const { take, looks } = counted();
    for (const n of [1, 2, 3]) await take(one(n), one(n + 10));
    expect([looks, await logged()]).toEqual([[], 6]);
  });

  it('leaves out what it has taken before, and looks from then on for a while', async () => {
    const { take, looks } = counted();
    await take(one(1));
    await take(one(2), one(1));
    await take(one(3));
    expect([looks, await logged()]).toEqual([[2, 1], 3]);
    expect(await bench.customer('visitor:v1')).toMatchObject({ channels: { phone: { count: 1 } } });
    for (let n = 0; n < 98; n += 1) await take(one(100 + n));
    const before = looks.length;
    await take(one(4));
    expect(looks).toHaveLength(before);
  });

  it('looks up what is too large for the log, so that no blob is written for what is there', async () => {
    const { take, looks } = counted();
    await take(one(1, { text: 'a'.repeat(300_000) }));
    expect([looks, await logged()]).toEqual([[1], 1]);
  });
});
