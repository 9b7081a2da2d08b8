import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { Tx } from '@throughline/postgres';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { groupStatement } from './append';
import { AppendCall } from './append-call';
import { AppendGroup } from './append-group';
import { eventStore } from './event-store';
import { eventStoreMigration } from './migration';
import { sampleEvent } from './testing';

const [own, other] = [randomUUID(), randomUUID()];
const events = [own, other].map((tenant) => sampleEvent({ tenant }));
let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase('walls-test', [eventStoreMigration('walls-test')]);
  await test.database.writer([own, other], (tx) => eventStore.append(tx, events));
});
afterAll(() => test.drop());

const tenantsIn = (table: string) => async (tx: Tx) =>
  (await tx.query<{ tenant: string }>(`SELECT tenant FROM ${table}`)).rows.map((row) => row.tenant);

describe.each(['event_id', 'stream', 'event', 'event_body'])('the table %s', (table) => {
  it('shows a tenant its own rows and no others', async () => {
    expect(await test.database.reader(own, tenantsIn(table))).toEqual([own]);
    expect(await test.database.writer([other], tenantsIn(table))).toEqual([other]);
  });

  it('shows nothing where no tenant is set, or one without rows', async () => {
    expect(await test.database.writer([], tenantsIn(table))).toEqual([]);
    expect(await test.database.reader(randomUUID(), tenantsIn(table))).toEqual([]);
  });

  it('shows the relay all rows and lets it change none', async () => {
    expect((await test.database.relay(tenantsIn(table))).sort()).toEqual([own, other].sort());
    await expect(test.database.relay((tx) => tx.query(`DELETE FROM ${table}`))).rejects.toThrow(/read-only|permission denied/);
  });
});

describe('the log', () => {
  it('takes no event of a tenant that is not set', async () => {
    const foreign = test.database.writer([own], (tx) => eventStore.append(tx, [sampleEvent({ tenant: other, stream: randomUUID() })]));
    await expect(foreign).rejects.toThrow('row-level security');
  });

  it('takes no event in a call of the process that is not for its tenant, and shows nothing there', async () => {
    const foreign = sampleEvent({ tenant: other, stream: randomUUID() });
    const group = new AppendGroup([new AppendCall([foreign])]);
    for (const tenants of [[own], []]) await expect(test.database.call('writer', groupStatement(tenants, group))).rejects.toThrow('row-level security');
    expect(await test.database.reader(other, (tx) => eventStore.readById(tx, other, [foreign.id]))).toEqual([]);
    // What the function set has ended with it.
    await test.database.call('writer', groupStatement([other], group));
    expect((await test.database.call('writer', { text: 'SELECT tenant FROM event' })).rows).toEqual([]);
  });

  it('answers for an id by tenant: two may have the same', async () => {
    const known = (tenant: string) => test.database.reader(tenant, (tx) => eventStore.known(tx, tenant, [events[0]!.id]));
    expect([...(await known(own)).values()]).toMatchObject([{ digest: events[0]!.digest }]);
    expect((await known(other)).size).toBe(0);
    const same = await test.database.writer([other], (tx) => eventStore.append(tx, [{ ...events[0]!, tenant: other, stream: randomUUID() }]));
    expect(same).toMatchObject([{ outcome: 'appended' }]);
  });

  it('lies behind a forced wall in every table but those without tenants', async () => {
    const admin = new Client({ connectionString: test.adminUrl });
    await admin.connect();
    const open = `SELECT relname FROM pg_class WHERE relnamespace = 'walls_test'::regnamespace AND relkind IN ('r', 'p')
      AND NOT (relrowsecurity AND relforcerowsecurity) ORDER BY 1`;
    const { rows } = await admin.query<{ relname: string }>(open).finally(() => admin.end());
    expect(rows.map((row) => row.relname)).toEqual(['log', 'migration', 'subscription']);
  });

  it('only grows: the writer changes and deletes no event', async () => {
    const denied = ['UPDATE event SET version = 7', 'DELETE FROM event', 'DELETE FROM event_id', 'DELETE FROM stream'];
    for (const sql of denied) await expect(test.database.writer([own], (tx) => tx.query(sql))).rejects.toThrow('permission denied');
  });

  it('has no way around the wall through a partition or the counters', async () => {
    const denied = [`SELECT FROM event_id_0`, `SELECT setval('log_n', 1)`, `UPDATE log SET generation = 2`, `INSERT INTO migration DEFAULT VALUES`];
    for (const sql of denied) await expect(test.database.writer([own], (tx) => tx.query(sql))).rejects.toThrow('permission denied');
  });
});
