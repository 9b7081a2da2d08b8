// A customer was looked up by one statement and her segments by the next: a merge between the two left her an empty timeline.
import type { Tx } from '@throughline/postgres';
import { ProfileBench, TENANT } from '../testing/profile-bench';
import { findSegments } from './customer-finder';
import { readProfiles } from './customer-reader';
import { TimelineReader } from './timeline-reader';

let bench: ProfileBench;
let customerId: string;
beforeEach(async () => {
  bench = await ProfileBench.open();
  await bench.post({ id: 'older', identities: ['email:b@shop.example'] });
  await bench.post({ id: 'hers', identities: ['visitor:a'] });
  ({ customerId } = (await bench.customer('visitor:a'))!);
});
afterEach(() => bench.close());

/** Reads; after the first statement another transaction makes her the older one's. */
const whileMerged = <R>(read: (tx: Tx) => Promise<R>): Promise<R> =>
  bench.db.database.reader(TENANT, (tx) => {
    let asked = 0;
    const query: Tx['query'] = async (text, values) => {
      const result = await tx.query(text, values);
      if (++asked === 1) await bench.post({ id: 'login', identities: ['visitor:a', '!email:b@shop.example'] });
      return result as never;
    };
    return read({ query });
  });

it('a timeline is read whole though its customer is merged meanwhile', async () => {
  const keys = await bench.vault.forTenant(TENANT);
  const timelines = new TimelineReader(bench.store, bench.vault, bench.bodies);
  const { items } = await whileMerged(async (tx) => timelines.page(tx, keys, await findSegments(tx, TENANT, customerId), {}));
  expect(items.length).toBeGreaterThan(0);
  expect((await bench.customer('visitor:a'))!.customerId).not.toBe(customerId);
});

it('a profile is read though its customer is merged meanwhile', async () => {
  const profiles = await whileMerged((tx) => readProfiles(tx, bench, TENANT, [customerId]));
  expect(profiles.map((profile) => profile.customerId)).toEqual([customerId]);
});
