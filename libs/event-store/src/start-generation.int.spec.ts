import { randomUUID } from 'node:crypto';
import { formatPosition, type Position } from '@throughline/contracts';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { Client } from 'pg';
import { eventStore } from './event-store';
import type { StoredEvent } from './event-store.contract';
import { eventStoreMigration } from './migration';
import { startGeneration } from './start-generation';
import { sampleEvent } from './testing';

const SERVICE = 'restore-test';
const tenant = randomUUID();
const stream = randomUUID();
const NOW = new Date('2026-01-31T08:15:30.123Z');
const FORMER = { slug: 'former-log-generation', status: 410 };
let test: TestDatabase;
let admin: Client;
beforeEach(async () => {
  test = await testDatabase(SERVICE, [eventStoreMigration(SERVICE)]);
  admin = new Client({ connectionString: test.adminUrl });
  await admin.connect();
});
afterEach(async () => {
  await admin.end();
  await test.drop();
});

async function append(count: number): Promise<string[]> {
  const events = Array.from({ length: count }, () => sampleEvent({ tenant, stream }));
  await test.database.writer([tenant], (tx) => eventStore.append(tx, events));
  return events.map(({ id }) => id);
}
const readLog = (after?: Position) => test.database.relay((tx) => eventStore.readLog(tx, after, 1_000));

/** The log once the horizon has passed this event. */
async function logTo(id: string, after?: Position): Promise<StoredEvent[]> {
  for (;;) {
    const events = await readLog(after);
    if (events.some((event) => event.id === id)) return events;
  }
}

const TABLES = ['event_body', 'event_id', 'event', 'stream'];

/** What a backup of now would bring back: the rows as they are. The counters are kept apart by PostgreSQL, and set. */
async function backup(): Promise<() => Promise<void>> {
  for (const table of TABLES) await admin.query(`CREATE TABLE public.${table} AS SELECT * FROM restore_test.${table}`);
  const { rows } = await admin.query(`SELECT (SELECT last_value FROM restore_test.log_n) AS n, (SELECT last_value FROM restore_test.log_xid) AS xid`);
  return async () => {
    await admin.query(`TRUNCATE ${TABLES.map((table) => `restore_test.${table}`).join(', ')}`);
    for (const table of TABLES.toReversed()) await admin.query(`INSERT INTO restore_test.${table} SELECT * FROM public.${table}`);
    await admin.query(`SELECT setval('restore_test.log_n', $1), setval('restore_test.log_xid', $2)`, [rows[0].n, rows[0].xid]);
  };
}

/** As a dump arrives at a server that is younger than the one it was made on. */
async function fromOlderServer(): Promise<void> {
  for (const table of ['event', 'event_id']) await admin.query(`UPDATE restore_test.${table} SET xid = (xid::text::bigint + 1000000000)::text::xid8`);
  await admin.query(`SELECT setval('restore_test.log_xid', (SELECT last_value + 1000000000 FROM restore_test.log_xid))`);
}

describe('a log that was restored from an older copy', () => {
  it('refuses a position that it has not come to, before anybody has said that it was restored', async () => {
    await append(2);
    const restore = await backup();
    const seen = (await logTo((await append(2)).at(-1)!)).at(-1)!.position;
    await restore();
    await expect(readLog(seen)).rejects.toMatchObject(FORMER);
  });

  it('refuses all positions of before once it has a new generation, and is read anew', async () => {
    const kept = await append(2);
    const restore = await backup();
    const [first] = await logTo((await append(2)).at(-1)!);
    await restore();
    const generation = await startGeneration(test.url, SERVICE, NOW);
    expect(generation).toBe(Math.floor((NOW.getTime() - Date.UTC(2020, 0, 1)) / 1_000));
    await expect(readLog(first!.position)).rejects.toMatchObject(FORMER);
    const late = await append(1);
    const log = await logTo(late[0]!);
    expect(log.map(({ id }) => id)).toEqual([...kept, ...late]);
    expect(new Set(log.map(({ position }) => position.generation))).toEqual(new Set([generation]));
    expect(log.map(({ version }) => version)).toEqual([1, 2, 3]);
  });

  it('shows events whose transaction ids the server has not reached, in their order, and those of afterwards behind them', async () => {
    const early = [...(await append(2)), ...(await append(1))];
    await fromOlderServer();
    expect(await readLog()).toEqual([]);
    await startGeneration(test.url, SERVICE, NOW);
    const late = await append(1);
    const log = await logTo(late[0]!);
    expect(log.map(({ id }) => id)).toEqual([...early, ...late]);
    const byId = await test.database.reader(tenant, (tx) => eventStore.readById(tx, tenant, early));
    expect(byId.map(({ id }) => id)).toEqual(early);
    expect(await test.database.reader(tenant, (tx) => eventStore.verify(tx, tenant, stream))).toEqual({ intact: true });
  });

  it('keeps the checkpoints that are as old as itself', async () => {
    const [first, ...rest] = await append(3);
    const { position } = (await logTo(rest.at(-1)!)).find(({ id }) => id === first)!;
    await test.database.system((tx) => tx.query('INSERT INTO subscription VALUES ($1, $2)', ['relay', formatPosition(position)]));
    await fromOlderServer();
    await admin.query(`UPDATE restore_test.subscription SET position = $1`, [formatPosition({ ...position, xid: position.xid + 1_000_000_000n })]);
    const generation = await startGeneration(test.url, SERVICE, NOW);
    const { rows } = await admin.query<{ position: string }>('SELECT position FROM restore_test.subscription');
    const [, xid, n] = rows[0]!.position.split('.');
    const after = { generation, xid: BigInt(xid!), n: BigInt(n!) };
    expect((await logTo(rest.at(-1)!, after)).map(({ id }) => id)).toEqual(rest);
  });

  it('stands behind its walls again', async () => {
    await append(1);
    await startGeneration(test.url, SERVICE, NOW);
    const { rows } = await admin.query(`SELECT relname FROM pg_class WHERE relnamespace = 'restore_test'::regnamespace AND relname IN ('event', 'event_id') AND relforcerowsecurity`);
    expect(rows).toHaveLength(2);
  });

  it('has another generation each time', async () => {
    const numbers = [await startGeneration(test.url, SERVICE, NOW), await startGeneration(test.url, SERVICE, NOW)];
    expect(numbers[1]).toBe(numbers[0]! + 1);
  });
});
