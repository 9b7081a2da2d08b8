import { randomUUID } from 'node:crypto';
import { migrate } from '@throughline/postgres';
import { testDatabase } from '@throughline/postgres/testing';
import { eventStore } from './event-store';
import { appendInOneFunction, eventStoreMigration } from './migration';
import { sampleEvent } from './testing';

const tenant = randomUUID();

it('a log made with the former functions appends with those of now, and keeps what it has', async () => {
  const log = eventStoreMigration('migrated-test');
  const former = {
    ...log,
    sql: `${log.sql}
CREATE FUNCTION append_group(tenants text) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION raise_streams(s_tenant uuid[]) RETURNS int LANGUAGE sql AS 'SELECT 1';`,
  };
  const test = await testDatabase('migrated-test', [former]);
  const append = () => test.database.writer([tenant], (tx) => eventStore.append(tx, [sampleEvent({ tenant, stream: randomUUID() })]));
  const [before] = await append();
  await migrate(test.url, 'migrated-test', [former, appendInOneFunction('migrated-test')]);
  const [after] = await append();
  const { rows } = await test.database.reader(tenant, (tx) =>
    tx.query<{ name: string }>(`SELECT proname AS name FROM pg_proc WHERE pronamespace = 'migrated_test'::regnamespace ORDER BY 1`),
  );
  await test.drop();
  expect([before, after]).toMatchObject([{ outcome: 'appended', position: { n: 1n } }, { outcome: 'appended', position: { n: 2n } }]);
  expect(rows.map(({ name }) => name)).toEqual(['append_events', 'judge_calls', 'look_up_events', 'rechain_events', 'settle_streams', 'stamp_events']);
});
