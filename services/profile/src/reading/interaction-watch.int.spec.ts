import { formatPosition } from '@throughline/contracts';
import { idOf } from '../testing/interaction-message';
import { ProfileBench, TENANT } from '../testing/profile-bench';
import { InteractionWatch } from './interaction-watch';

const OTHER = '6f1de1ba-5a14-5f4e-9e57-f0a7d7f0e111';

let bench: ProfileBench;
let watch: InteractionWatch;
beforeAll(async () => {
  bench = await ProfileBench.open();
  watch = new InteractionWatch(bench.db.database, bench.store);
  await watch.open();
});
afterAll(async () => {
  await watch.close();
  await bench.close();
});

describe('an interaction that is waited for', () => {
  it('is told at once where it is there', async () => {
    await bench.post({ id: 'w1', identities: ['phone:+14155550100'] });
    const { customerId } = (await bench.customer('phone:+14155550100'))!;
    const position = formatPosition((await bench.readLog())[0]!.position);
    expect(await watch.see(TENANT, idOf(TENANT, { id: 'w1' }), 0)).toEqual({ interactionId: idOf(TENANT, { id: 'w1' }), account: 'acc_phone', customerId, position });
  });

  it('is told to everybody who waits as soon as it comes', async () => {
    const ids = ['w2', 'w2', 'w3'].map((id) => idOf(TENANT, { id }));
    const waiting = Promise.all(ids.map((id) => watch.see(TENANT, id, 30_000)));
    await bench.post({ id: 'w2' }, { id: 'w3' });
    expect((await waiting).map((seen) => seen?.interactionId)).toEqual(ids);
  });

  it('is not told when it does not come in time', async () => {
    expect(await watch.see(TENANT, idOf(TENANT, { id: 'never' }), 20)).toBeUndefined();
  });

  it('is not told to another tenant', async () => {
    expect(await watch.see(OTHER, idOf(TENANT, { id: 'w1' }), 0)).toBeUndefined();
  });

  it('ends for those who wait when the watch closes', async () => {
    const closing = new InteractionWatch(bench.db.database, bench.store);
    const waiting = closing.see(TENANT, idOf(TENANT, { id: 'never' }), 30_000);
    await closing.see(TENANT, idOf(TENANT, { id: 'w1' }), 0);
    await closing.close();
    expect(await waiting).toBeUndefined();
  });

  it('fails for those who wait where the database does', async () => {
    const broken = new InteractionWatch(bench.db.database, bench.store);
    const reader = jest.spyOn(bench.db.database, 'reader').mockImplementationOnce(bench.db.database.reader.bind(bench.db.database));
    reader.mockRejectedValueOnce(new Error('gone'));
    await expect(broken.see(TENANT, idOf(TENANT, { id: 'later' }), 30_000)).rejects.toThrow('gone');
    reader.mockRestore();
    await broken.close();
  });
});
