// What happened last on a channel was never before 1970: an archive of letters that was read in said 1 January 1970.
import { ProfileBench } from '../testing/profile-bench';

let bench: ProfileBench;
beforeAll(async () => {
  bench = await ProfileBench.open();
});
afterAll(() => bench.close());

it('a channel on which something happened long ago says when', async () => {
  await bench.post({ id: 'letter', at: Date.parse('1953-06-02T10:00:00Z') });
  const { channels } = (await bench.customer('phone:+14155550100'))!;
  expect(Object.values(channels)).toEqual([{ count: 1, lastAt: '1953-06-02T10:00:00.000Z' }]);
});
