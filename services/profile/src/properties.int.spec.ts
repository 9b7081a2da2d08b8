import { rebuildReadModels } from '@throughline/event-store';
import fc from 'fast-check';
import { Client } from 'pg';
import { presentCustomer } from './reading/customer.dto';
import { readProfiles } from './reading/customer-reader';
import { profileProjector } from './rebuild';
import type { TestInteraction } from './testing/interaction-message';
import { ProfileBench, TENANT } from './testing/profile-bench';

/** What fails is made smaller for as long, and told with its seed before the test's own time (120 s) is over. */
const RUNS = { numRuns: 25, interruptAfterTimeLimit: 90_000, markInterruptAsFailure: true };
const NAMES = ['visitor:a', 'visitor:b', 'email:c@shop.example', 'crm:o:d', 'phone:+14155550100', 'phone:+14155550101'];

const identity = fc.tuple(fc.constantFrom(...NAMES), fc.integer({ min: 0, max: 3 })).map(([name, dice]) => (dice === 0 ? `!${name}` : name));
const interaction = fc.record({
  identities: fc.array(identity, { maxLength: 3 }),
  at: fc.integer({ min: 0, max: 5 }).map((ms) => 1_700_000_000_000 + ms),
  sequence: fc.integer({ min: 0, max: 1 }),
  channel: fc.constantFrom('phone', 'email', 'web-chat'),
  conversation: fc.constantFrom('t1', 't2'),
  language: fc.constantFrom('', 'de', 'en'),
  data: fc.option(fc.record({ profileName: fc.constantFrom('Ann', 'Bea') }), { nil: undefined }),
});
const history = fc.array(interaction, { minLength: 1, maxLength: 14 }).map((list) => list.map((one, index): TestInteraction => ({ id: `i${index}`, ...one })));

/** An order of arrival with duplicates, cut into batches. */
const arrival = (list: TestInteraction[]) =>
  fc.tuple(fc.shuffledSubarray(list, { minLength: list.length }), fc.subarray(list), fc.integer({ min: 1, max: 5 })).map(([order, again, size]) => {
    const all = [...order, ...again];
    return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));
  });

const scenario = history.chain((list) => fc.tuple(fc.constant(list), arrival(list), arrival(list)));

/** Everything the API tells of everybody. */
async function answers(bench: ProfileBench) {
  const customers = await bench.db.database.reader(TENANT, async (tx) => {
    const { rows } = await tx.query<{ customer: string }>('SELECT DISTINCT customer FROM segment ORDER BY customer');
    return readProfiles(tx, bench, TENANT, rows.map((row) => row.customer));
  });
  return Promise.all(customers.map(async (profile) => ({ customer: presentCustomer(profile), timeline: await bench.timeline(profile.customerId, { limit: 200 }) })));
}

type Answers = Awaited<ReturnType<typeof answers>>;

/** What does not depend on the order of arrival: not ids, positions and times of the log. */
const timeless = (all: Answers) =>
  all
    .map(({ customer, timeline }) => ({
      identities: customer.identities.map(({ namespace, value, verified }) => `${namespace}:${value} ${verified}`).sort(),
      traits: customer.traits,
      channels: customer.channels,
      version: customer.version,
      timeline: timeline.items.map(({ position: _position, recordedAt: _recordedAt, ...item }) => item),
    }))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

async function live(batches: readonly TestInteraction[][], check: (bench: ProfileBench) => Promise<void> = async () => undefined): Promise<Answers> {
  for (const batch of batches) await shared.post(...batch);
  const all = await answers(shared);
  await check(shared);
  await forget();
  return all;
}

let shared: ProfileBench;
beforeAll(async () => void (shared = await ProfileBench.open()));
afterAll(() => shared.close());

/** An empty log again: the profile's own roles could not make it so. */
async function forget(): Promise<void> {
  const admin = new Client({ connectionString: shared.db.adminUrl });
  await admin.connect();
  await admin.query(`SET search_path = profile; TRUNCATE event, event_body, event_id, stream, segment, segment_link, timeline_item, segment_summary`).finally(() => admin.end());
}

/** Found by the property: who was vouched for first decided whether the visitor ended verified. */
function vouchedForBothWays(): [TestInteraction[], TestInteraction[][], TestInteraction[][]] {
  const at = { at: 1_700_000_000_000, sequence: 0, channel: 'phone', conversation: 't1', language: '', data: undefined } as const;
  const both = { id: 'i1', identities: ['!crm:o:d', '!visitor:a'], ...at } as unknown as TestInteraction;
  const one = { id: 'i2', identities: ['visitor:a', '!crm:o:d'], ...at } as unknown as TestInteraction;
  return [[both, one], [[both], [one]], [[one], [both]]];
}

describe('whatever happens, in whatever order it arrives', () => {
  it('ends in the same customers and timelines', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ([, one, other]) => {
        const [a, b] = [timeless(await live(one)), timeless(await live(other))];
        expect(b).toEqual(a);
      }),
      { ...RUNS, examples: [[vouchedForBothWays()]] },
    );
  }, 120_000);

  it('gives identical answers when all read models are dropped and made again from the log', async () => {
    const { database } = shared.db;
    const replayed = async (bench: ProfileBench) => {
      const before = await answers(bench);
      await bench.readLog(); // until then a rebuild would end too early
      await rebuildReadModels(profileProjector(bench), { database, batch: 3 });
      expect(await answers(bench)).toEqual(before);
    };
    await fc.assert(fc.asyncProperty(scenario, async ([, one]) => void (await live(one, replayed))), RUNS);
  }, 120_000);
});
