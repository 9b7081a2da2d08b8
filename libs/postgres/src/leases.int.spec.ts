import { Client } from 'pg';
import type { Database } from './database.contract';
import { openDatabase } from './open-database';
import { testDatabase, type TestDatabase } from './testing';

const SERVICE = 'lease-test';
let test: TestDatabase;
let other: Database;
beforeAll(async () => {
  test = await testDatabase(SERVICE, []);
  other = openDatabase({ url: test.url, service: SERVICE });
});
afterAll(async () => {
  await other.close();
  await test.drop();
});

/** True where the name cannot be had now. */
async function taken(database: Database, name: string): Promise<boolean> {
  const lease = await database.lease(name, AbortSignal.timeout(300)).catch(() => undefined);
  await lease?.release();
  return lease === undefined;
}

async function killHolders(): Promise<void> {
  const admin = new Client({ connectionString: test.adminUrl });
  await admin.connect();
  await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tl_lease' AND datname = current_database()`);
  await admin.end();
}

describe('a lease', () => {
  it('is held by one, in this process and among others, until it is released', async () => {
    const lease = await test.database.lease('a');
    expect(await taken(test.database, 'a')).toBe(true);
    expect(await taken(other, 'a')).toBe(true);
    expect(await taken(other, 'b')).toBe(false);
    await lease.release();
    expect(await taken(other, 'a')).toBe(false);
  });

  it('goes to the one who waits', async () => {
    const lease = await test.database.lease('queue');
    const waiting = other.lease('queue');
    await lease.release();
    await (await waiting).release();
  });

  it('goes to the next caller of this process', async () => {
    const lease = await test.database.lease('next');
    const waiting = test.database.lease('next');
    await lease.release();
    await (await waiting).release();
  });

  it('is no longer waited for when the signal says so', async () => {
    const lease = await test.database.lease('stop');
    const giveUp = new AbortController();
    const waiting = other.lease('stop', giveUp.signal);
    giveUp.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow();
    await lease.release();
  });

  it('is lost with its session, can be had again, and says so', async () => {
    const lease = await test.database.lease('lost');
    const lost = new Promise((resolve) => lease.lost.addEventListener('abort', resolve));
    await killHolders();
    await lost;
    const next = await other.lease('lost');
    await lease.release();
    expect(await taken(test.database, 'lost')).toBe(true);
    await next.release();
  });
});
