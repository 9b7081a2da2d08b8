// Two copies of a log restored within one minute had the same generation: who had read the first was not refused by the second, and went on in it.
import { testDatabase } from '@throughline/postgres/testing';
import { eventStoreMigration } from './migration';
import { startGeneration } from './start-generation';

it('copies of a log that are restored one after the other have a generation each', async () => {
  const copies = await Promise.all([1, 2].map(() => testDatabase('profile', [eventStoreMigration('profile')])));
  const at = Date.UTC(2026, 0, 31, 8, 15, 10);
  const generations: number[] = [];
  for (const [index, { url }] of copies.entries()) generations.push(await startGeneration(url, 'profile', new Date(at + 40_000 * index)));
  await Promise.all(copies.map((copy) => copy.drop()));
  expect(generations[1]).toBeGreaterThan(generations[0]!);
});
