import { tenantId } from '@throughline/contracts';
import type { Tx } from '@throughline/postgres';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { Client } from 'pg';
import { eventStore } from './event-store';
import { eventStoreMigration } from './migration';
import { IN_ORDER, RANGE, SPAN, TAIL, TENANTS } from './rebuild-read';
import { sampleEvent } from './testing';

const TENANT = tenantId('rebuild-plans');
const FIRST = '00000000-0000-0000-0000-000000000000';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase('profile', [eventStoreMigration('profile')]);
  const events = Array.from({ length: 3_000 }, (_, n) => sampleEvent({ tenant: TENANT, stream: tenantId(`stream ${n % 700}`) }));
  await db.database.writer([TENANT], (tx) => eventStore.append(tx, events));
});
afterAll(() => db.drop());

const plan = (text: string, values: unknown[]) =>
  db.database.relay(async (tx: Tx) => {
    if (text === RANGE) await tx.query(IN_ORDER);
    const { rows } = await tx.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  });

const analyse = async () => {
  const admin = new Client({ connectionString: db.adminUrl });
  await admin.connect();
  await admin.query('ANALYZE profile.event; ANALYZE profile.event_body; ANALYZE profile.stream').finally(() => admin.end());
};

const STATEMENTS: [string, string, unknown[], RegExp][] = [
  ['a range of streams', RANGE, [TENANT, FIRST, 0, FIRST.replaceAll('0', 'f'), 100], /Index Scan using event_tenant_stream_version_key/],
  ['the end of the log', TAIL, [0, -1, 100], /Index Scan using event_pkey/],
  ['where the log stands', SPAN, [], /Index (Only )?Scan Backward using event_pkey/],
  ['the tenants', TENANTS, [], /Index Only Scan using stream_pkey/],
];

describe.each([['never analysed', async () => undefined], ['analysed', analyse]])('with tables %s', (_, before) => {
  beforeAll(before);

  it.each(STATEMENTS)('reads %s in the order of an index, sorts nothing and passes over nothing', async (__, text, values, index) => {
    const steps = await plan(text, values);
    expect(steps).toMatch(index);
    expect(steps).not.toMatch(/Sort|Seq Scan on (event|event_body|stream)\b/);
    expect(text).not.toMatch(/OFFSET|count\(/i);
  });
});
