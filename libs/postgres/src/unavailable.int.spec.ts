import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { Client } from 'pg';
import { openDatabase } from './open-database';
import { testDatabase, type TestDatabase } from './testing';

const SERVICE = 'away-test';
const UNAVAILABLE = { kind: 'unavailable', slug: 'database-unavailable' };
let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase(SERVICE, []);
});
afterAll(() => test.drop());

async function killSessions(): Promise<void> {
  const admin = new Client({ connectionString: test.adminUrl });
  await admin.connect();
  await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`);
  await admin.end();
}

/** A port where nobody listens: taken, then given back. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('a server that does not answer', () => {
  it('is unavailable for a transaction and a listener, and not healthy', async () => {
    const away = openDatabase({ url: `postgres://tl_away_test:x@127.0.0.1:${await closedPort()}/none`, service: SERVICE });
    await expect(away.system(async () => undefined)).rejects.toMatchObject(UNAVAILABLE);
    await expect(away.listen('log', () => undefined)).rejects.toMatchObject(UNAVAILABLE);
    expect(await away.healthy()).toBe(false);
    away.notify('log');
    await away.close();
  });
});

describe('a session that is ended', () => {
  it('in a transaction makes the next statement unavailable, and the next transaction works', async () => {
    const ended = test.database.writer([randomUUID()], async (tx) => {
      await tx.query('SELECT 1');
      await killSessions();
      await tx.query('SELECT 1');
    });
    await expect(ended).rejects.toMatchObject(UNAVAILABLE);
    expect(await test.database.healthy()).toBe(true);
  });

  it('while idle does not end the process', async () => {
    await test.database.system((tx) => tx.query('SELECT 1'));
    await killSessions();
    const answer = async (): Promise<number> => {
      // The pool may not have heard yet.
      const result = await test.database.system((tx) => tx.query<{ one: number }>('SELECT 1 AS one')).catch(() => undefined);
      return result ? result.rows[0]!.one : answer();
    };
    expect(await answer()).toBe(1);
  });

  it('by an idle time-out counts as unavailable', async () => {
    const hasty = openDatabase({ url: test.url, service: SERVICE, idleInTransactionMs: 20 });
    const idle = hasty.system(async (tx) => {
      const { rows } = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const gone = async (): Promise<void> => {
        const left = await test.database.system((look) => look.query('SELECT FROM pg_stat_activity WHERE pid = $1', [rows[0]!.pid]));
        if (left.rowCount) await gone();
      };
      await gone();
      await tx.query('SELECT 1');
    });
    await expect(idle).rejects.toMatchObject(UNAVAILABLE);
    await hasty.close();
  });
});
