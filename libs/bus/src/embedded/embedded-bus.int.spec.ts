import { randomUUID } from 'node:crypto';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { Client } from 'pg';
import { busConformance } from '../testing';
import { busMigration } from './bus.migration';
import { openEmbeddedBus, type EmbeddedBus } from './embedded-bus';

let test: TestDatabase;
let admin: Client;

beforeAll(async () => {
  test = await testDatabase('bus', [busMigration]);
  admin = new Client({ connectionString: test.adminUrl });
  await admin.connect();
});

afterAll(async () => {
  await admin.end();
  await test.drop();
});

function bench() {
  const topicPrefix = `${randomUUID()}.`;
  const opened: EmbeddedBus[] = [];
  const another = async () => {
    const bus = openEmbeddedBus({ database: test.database, url: test.url, topicPrefix });
    opened.push(bus);
    return bus;
  };
  const close = async () => void (await Promise.all(opened.map((bus) => bus.close())));
  return { another, close };
}

/** Ends the sessions of those who hold a group's lock now. */
const kill = async () => {
  await admin.query(`
    SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE locktype = 'advisory' AND granted AND datname = current_database()`);
};

busConformance('embedded', async () => {
  const { another, close } = bench();
  return { bus: await another(), another, close, kill };
});
