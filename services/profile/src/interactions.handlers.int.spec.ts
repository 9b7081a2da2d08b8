import { ProfileBench, TENANT } from './testing/profile-bench';

describe('taking interactions', () => {
  let bench: ProfileBench;
  beforeAll(async () => void (bench = await ProfileBench.open()));
  afterAll(() => bench.close());

  it('appends an interaction to the segment of the first identity', async () => {
    await bench.post({ id: 'a1', identities: ['phone:+14155550100'], text: 'hello' });
    const { rows } = await bench.db.database.reader(TENANT, (tx) => tx.query('SELECT type, channel FROM timeline_item'));
    expect(rows).toEqual([{ type: 'call.ended', channel: 'phone' }]);
  });
});
