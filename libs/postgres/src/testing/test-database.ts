import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { Database, Migration } from '../database.contract';
import { migrate } from '../migrate';
import { openDatabase } from '../open-database';
import { provision } from '../provision';

export interface TestDatabase {
  database: Database;
  /** The service's login. */
  url: string;
  /** A superuser in the same database. */
  adminUrl: string;
  /** Resolves once so many sessions of this database wait for a lock (default 1). */
  untilWaiting(sessions?: number): Promise<void>;
  /** Closes `database` and drops it, whoever is still connected. */
  drop(): Promise<void>;
}

/** Logins belong to the server and test databases share them, so their password is always this one. */
const PASSWORD = 'throughline-test';

/** A fresh database on the server that TL_TEST_POSTGRES (a superuser's URL) names, provisioned and migrated for the service. */
export async function testDatabase(service: string, migrations: readonly Migration[]): Promise<TestDatabase> {
  const server = process.env.TL_TEST_POSTGRES;
  if (!server) throw new Error('TL_TEST_POSTGRES is not set: run the tests by npm test');
  const name = `tl_test_${randomBytes(8).toString('hex')}`;
  const adminUrl = new URL(server);
  adminUrl.pathname = `/${name}`;
  try {
    const url = await provision({ adminUrl: server, service, password: PASSWORD, database: name });
    await migrate(url, service, migrations);
    const database = openDatabase({ url, service });
    return { database, url, adminUrl: adminUrl.href, untilWaiting: (sessions = 1) => untilWaiting(database, sessions), drop: () => database.close().then(() => dropDatabase(server, name)) };
  } catch (error) {
    await dropDatabase(server, name);
    throw error;
  }
}

const WAITING = 'SELECT FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()';

async function untilWaiting(database: Database, sessions: number): Promise<void> {
  while ((await database.system((tx) => tx.query(WAITING))).rows.length < sessions);
}

async function dropDatabase(server: string, name: string): Promise<void> {
  const admin = new Client({ connectionString: server });
  await admin.connect();
  await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`).finally(() => admin.end());
}
