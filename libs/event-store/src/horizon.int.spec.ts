import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { Horizon } from './horizon';
import { eventStoreMigration } from './migration';

const SERVICE = 'horizon-test';
let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase(SERVICE, [eventStoreMigration(SERVICE)]);
});
afterAll(() => test.drop());

describe('the horizon of a log', () => {
  it('ages while one transaction stays the oldest, and is told of again and again', async () => {
    const told: object[] = [];
    let now = 0;
    const horizon = new Horizon(test.database, { log: { warn: (fields) => void told.push(fields) }, alarmMs: 10_000, now: () => now });
    await test.database.system(async (tx) => {
      const { rows } = await tx.query<{ xid: string }>('SELECT pg_current_xact_id()::text AS xid');
      const look = async (at: number) => ((now = at), await horizon.look());
      // Transactions of other databases may be older, and end.
      const oldest = async () => (await tx.query<{ xid: string }>('SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xid')).rows[0]!.xid;
      while ((await oldest()) !== rows[0]!.xid) await oldest();
      await test.database.system((later) => later.query('SELECT pg_current_xact_id()'));
      await look(1_000);
      await look(9_000);
      expect(horizon.ageMs).toBe(8_000);
      expect(told).toEqual([]);
      await look(11_000);
      await look(15_000);
      await look(31_500);
      expect(told).toEqual([{ ageMs: 10_000, xid: rows[0]!.xid }, { ageMs: 30_500, xid: rows[0]!.xid }]);
    });
    now = 40_000;
    await horizon.look();
    expect(horizon.ageMs).toBe(0);
  });
});
