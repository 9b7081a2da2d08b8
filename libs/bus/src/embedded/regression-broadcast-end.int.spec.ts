import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { plainFrames } from '../testing/plain-frames';
import { busMigration } from './bus.migration';
import { openEmbeddedBus, type EmbeddedBus } from './embedded-bus';

/** More than a page. No server is as young as its hundredth transaction. */
const AT_THE_TURN = `
  INSERT INTO bus.message (topic, partition, xid, key, headers, value)
  SELECT 'config', 0, CASE nth WHEN 1 THEN '99' ELSE '100' END::xid8, nth::text::bytea, '{}', '' FROM generate_series(1, 1001) AS nth`;

let test: TestDatabase;
let bus: EmbeddedBus;
beforeAll(async () => {
  test = await testDatabase('bus', [busMigration]);
  bus = openEmbeddedBus({ database: test.database, frames: plainFrames });
});
afterAll(async () => {
  await bus.close();
  await test.drop();
});

// The end was looked for in the order of text, in which 99 comes behind 100: a process was ready with a part of its configuration, and admin took
// the rest for lost and published all of it again, every few seconds and for ever.
it('a broadcast is ready at the end of the topic, also where the number of its transaction has one digit more', async () => {
  await test.database.system((tx) => tx.query(AT_THE_TURN));
  const seen: string[] = [];
  await bus.broadcast({ topic: 'config', handle: async (batch) => void seen.push(...batch.map(({ key }) => key.toString())) });
  expect([seen.length, seen.at(-1)]).toEqual([1_001, '1001']);
});
