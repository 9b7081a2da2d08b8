import { tenantId } from '@throughline/contracts';
import { shutGate } from './gate';
import { openDatabase } from './open-database';
import { testDatabase, type TestDatabase } from './testing';

const TENANT = tenantId('gate');

let db: TestDatabase;
beforeAll(async () => void (db = await testDatabase('gate-test', [])));
afterAll(() => db.drop());

describe('a gate', () => {
  it('lets any number through at once', async () => {
    const inside = Promise.withResolvers<void>();
    const first = db.database.writer([TENANT], () => inside.promise, 'append');
    await db.database.writer([TENANT], async () => inside.resolve(), 'append');
    await first;
  });

  it('is shut once those inside are through, and whoever comes later waits', async () => {
    const order: string[] = [];
    const leave = Promise.withResolvers<void>();
    const inside = Promise.withResolvers<void>();
    const first = db.database.writer([TENANT], async (tx) => {
      await tx.query('SELECT 1');
      inside.resolve();
      await leave.promise;
      order.push('inside');
    }, 'append');
    await inside.promise;
    const shut = db.database.owner(async (tx) => {
      await tx.query(shutGate('gate-test', 'append')).catch((error: unknown) => Promise.reject(error));
      order.push('shut');
    });
    await db.untilWaiting(1);
    const later = db.database.writer([TENANT], (tx) => tx.query('SELECT 1').then(() => order.push('later')), 'append');
    await db.untilWaiting(2);
    leave.resolve();
    await Promise.all([first, shut, later]);
    expect(order).toEqual(['inside', 'shut', 'later']);
  });

  it('that stays shut for too long is what the first statement fails for', async () => {
    const impatient = openDatabase({ url: db.url, service: 'gate-test', lockTimeoutMs: 20 });
    await db.database.owner(async (tx) => {
      await tx.query(shutGate('gate-test', 'append'));
      const writer = impatient.writer([TENANT], (tx) => Promise.all([tx.query('SELECT 1'), tx.query('SELECT 2')]), 'append');
      await expect(writer).rejects.toMatchObject({ code: '55P03' });
      await expect(impatient.writer([TENANT], async () => undefined, 'append')).rejects.toMatchObject({ code: '55P03' });
    });
    await impatient.close();
  });

  it('is nobody else’s: without it a transaction waits for nothing', async () => {
    await db.database.owner(async (tx) => {
      await tx.query(shutGate('gate-test', 'append'));
      await db.database.writer([TENANT], async () => undefined);
      await db.database.writer([TENANT], async () => undefined, 'another');
    });
  });

  it.each(['', 'A', "a'", 'a b'])('is not named %j', (name) => {
    expect(() => shutGate('gate-test', name)).toThrow('not a gate');
  });
});

describe('the owner', () => {
  it('makes tables in the schema and in the one beside it, which nobody but the writer may enter', async () => {
    await db.database.owner((tx) => tx.query('CREATE TABLE gate_test__next.t (a int); GRANT SELECT ON gate_test__next.t TO PUBLIC; CREATE TABLE gate_test.t (a int)'));
    await db.database.writer([TENANT], (tx) => tx.query('SELECT FROM gate_test__next.t'));
    await expect(db.database.reader(TENANT, (tx) => tx.query('SELECT FROM gate_test__next.t'))).rejects.toMatchObject({ code: '42501' });
  });
});
