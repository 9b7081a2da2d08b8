import { ProfileBench, TENANT } from './testing/profile-bench';

// Found by comparing a rebuild with the live tables: a revision that names another identity than its interaction did took it to that
// one's timeline where both came in one batch, and left it where it was where they came in two.
let bench: ProfileBench;
beforeEach(async () => void (bench = await ProfileBench.open()));
afterEach(() => bench.close());

const versions = [
  { id: 'r', identities: ['visitor:a'], revisable: true, text: 'one' },
  { id: 'r', identities: ['visitor:b'], revisable: true, text: 'two' },
];

it.each([
  ['in one batch', [versions]],
  ['in two batches', [[versions[0]!], [versions[1]!]]],
])('leaves an interaction in the timeline of the identity it came with, revised %s', async (_, batches) => {
  for (const batch of batches) await bench.post(...batch);
  const [shown, other] = await Promise.all(
    ['visitor:a', 'visitor:b'].map(async (name) => bench.timeline((await bench.customer(name, TENANT))!.customerId)),
  );
  expect([shown!.items.map(({ content }) => (content as { text?: string }).text), other!.items]).toEqual([['two'], []]);
});
