import { randomUUID } from 'node:crypto';
import { openDatabase } from '@throughline/postgres';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { Client } from 'pg';
import { busConformance } from '../testing';
import { parkedPlacesMigration, parkingMigration } from '../parking/parking.migration';
import { busMigration } from './bus.migration';
import { openEmbeddedBus } from './embedded-bus';
import { plainFrames } from '../testing/plain-frames';

let test: TestDatabase;
let admin: Client;

beforeAll(async () => {
  test = await testDatabase('bus', [busMigration, parkingMigration('bus'), parkedPlacesMigration]);
  admin = new Client({ connectionString: test.adminUrl });
  await admin.connect();
});

afterAll(async () => {
  await admin.end();
  await test.drop();
});

function bench() {
  const topicPrefix = `${randomUUID()}.`;
  const opened: (() => Promise<void>)[] = [];
  // Each with a database of its own, as in a process of its own.
  const another = async () => {
    const database = openDatabase({ url: test.url, service: 'bus' });
    const bus = openEmbeddedBus({ database, frames: plainFrames, topicPrefix });
    opened.push(() => bus.close().then(() => database.close()));
    return bus;
  };
  const close = async () => void (await Promise.all(opened.map((end) => end())));
  return { another, close };
}

/** Ends the sessions of those who hold a group's lease now. */
const kill = async () => {
  await admin.query(`
    SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE locktype = 'advisory' AND granted AND datname = current_database()`);
};

busConformance('embedded', async () => {
  const { another, close } = bench();
  return { bus: await another(), another, close, kill, parking: (more) => ({ database: test.database, firstTryMs: 20, longestWaitMs: 100, ...more }) };
});
