import { formatPosition } from '@throughline/contracts';
import { openDatabase, type Database } from '@throughline/postgres';
import { idOf } from '../testing/interaction-message';
import { ProfileBench, TENANT } from '../testing/profile-bench';
import { InteractionWatch } from './interaction-watch';

const OTHER = '6f1de1ba-5a14-5f4e-9e57-f0a7d7f0e111';
const LONG = 30_000;

let bench: ProfileBench;
/** Of another process over the same database. */
let elsewhere: Database;
beforeAll(async () => {
  bench = await ProfileBench.open();
  elsewhere = openDatabase({ url: bench.db.url, service: 'profile' });
  await bench.watch.open();
});
afterAll(async () => {
  await bench.watch.close();
  await elsewhere.close();
  await bench.close();
});

const id = (name: string) => idOf(TENANT, { id: name });
const see = (name: string, waitMs: number, tenant = TENANT) => bench.watch.see(tenant, id(name), waitMs);

/** Counts the transactions in which it reads. It does not poll. */
function counted(database: Database) {
  const looks = { count: 0 };
  const reader: Database['reader'] = (tenant, work) => ((looks.count += 1), database.reader(tenant, work));
  return { looks, watch: new InteractionWatch({ reader, listen: database.listen.bind(database) }, bench.store, 10 * LONG) };
}

describe('an interaction that is waited for', () => {
  it('is told at once where it is there', async () => {
    await bench.post({ id: 'w1', identities: ['phone:+14155550100'] });
    const { customerId } = (await bench.customer('phone:+14155550100'))!;
    const position = formatPosition((await bench.readLog())[0]!.position);
    expect(await see('w1', 0)).toEqual({ interactionId: id('w1'), account: 'acc_phone', customerId, position });
  });

  it('is told to everybody who waits as soon as it comes', async () => {
    const waiting = Promise.all(['w2', 'w2', 'w3'].map((name) => see(name, LONG)));
    await bench.post({ id: 'w2' }, { id: 'w3' });
    expect((await waiting).map((seen) => seen?.interactionId)).toEqual([id('w2'), id('w2'), id('w3')]);
  });

  it('is told as soon as another process takes it in', async () => {
    const waiting = ['w4', 'w5'].map((name) => see(name, LONG));
    const handlers = bench.openHandlers(elsewhere);
    await handlers.take(await bench.messages([{ id: 'w5' }]));
    await handlers.take(await bench.messages([{ id: 'w4' }]));
    expect((await Promise.all(waiting)).map((seen) => seen?.interactionId)).toEqual([id('w4'), id('w5')]);
  });

  it('is not told when it does not come in time', async () => {
    expect(await see('never', 20)).toBeUndefined();
  });

  it('is told to nobody who does not wait for it', async () => {
    const waiting = see('w6', LONG);
    expect(await see('w6', 0)).toBeUndefined();
    await bench.post({ id: 'w6' });
    expect((await waiting)?.interactionId).toBe(id('w6'));
  });

  it('is told to who asks after it came, though a look from before is still at work', async () => {
    const gate = Promise.withResolvers<void>();
    const looked = Promise.withResolvers<void>();
    const reader: Database['reader'] = async (tenant, work) => {
      const seen = await bench.db.database.reader(tenant, work);
      looked.resolve();
      await gate.promise;
      return seen;
    };
    const watch = new InteractionWatch({ reader, listen: bench.db.database.listen.bind(bench.db.database) }, bench.store);
    const before = watch.see(TENANT, id('w7'), LONG);
    await looked.promise;
    await bench.post({ id: 'w7' });
    const after = watch.see(TENANT, id('w7'), 0);
    gate.resolve();
    expect((await Promise.all([before, after])).map((seen) => seen?.interactionId)).toEqual([id('w7'), id('w7')]);
    await watch.close();
  });

  it('is not told to another tenant', async () => {
    expect(await see('w1', 0, OTHER)).toBeUndefined();
  });

  it('ends for those who wait when the watch closes', async () => {
    const closing = new InteractionWatch(bench.db.database, bench.store);
    const waiting = closing.see(TENANT, id('never'), LONG);
    await closing.see(TENANT, id('w1'), 0);
    await closing.close();
    expect([await waiting, await closing.see(TENANT, id('never'), LONG)]).toEqual([undefined, undefined]);
  });

  it('fails for those who wait where the database does', async () => {
    const reader = jest.fn().mockRejectedValueOnce(new Error('gone')).mockImplementation(bench.db.database.reader.bind(bench.db.database));
    const broken = new InteractionWatch({ reader, listen: bench.db.database.listen.bind(bench.db.database) }, bench.store);
    await expect(broken.see(TENANT, id('later'), LONG)).rejects.toThrow('gone');
    expect((await broken.see(TENANT, id('w1'), LONG))?.interactionId).toBe(id('w1'));
    await broken.close();
  });
});

describe('many that are waited for', () => {
  it('are looked for together, and then only those that this process has taken in', async () => {
    const { looks, watch } = counted(bench.db.database);
    await watch.open();
    const waiting = Array.from({ length: 1_200 }, (_, n) => watch.see(TENANT, id(`many${n}`), LONG));
    const handlers = bench.openHandlers(bench.db.database, watch);
    for (let n = 0; n < 20; n += 1) await handlers.take(await bench.messages([{ id: `many${n * 60}` }]));
    expect((await Promise.all(waiting.filter((_, n) => n % 60 === 0))).every(Boolean)).toBe(true);
    // 1 and 3 when they come in, one for each that is taken in.
    expect(looks.count).toBeLessThanOrEqual(4 + 20);
    await watch.close();
  });

  it('are not all looked for with each that another process takes in', async () => {
    const { looks, watch } = counted(elsewhere);
    await watch.open();
    const waiting = Array.from({ length: 2_000 }, (_, n) => watch.see(TENANT, id(`far${n}`), LONG));
    await watch.see(TENANT, id('w1'), 0);
    const before = looks.count;
    await bench.post({ id: 'far0' });
    expect((await waiting[0])?.interactionId).toBe(id('far0'));
    // The first 500, and the next, where none is found.
    expect(looks.count - before).toBeLessThanOrEqual(2);
    await watch.close();
  });
});
