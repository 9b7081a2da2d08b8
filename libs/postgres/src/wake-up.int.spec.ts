import { Client } from 'pg';
import type { Database } from './database.contract';
import { openDatabase } from './open-database';
import { testDatabase, type TestDatabase } from './testing';

const SERVICE = 'wake-test';
let test: TestDatabase;
let other: Database;
let admin: Client;
beforeAll(async () => {
  test = await testDatabase(SERVICE, []);
  other = openDatabase({ url: test.url, service: SERVICE });
  admin = new Client({ connectionString: test.adminUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await other.close();
  await test.drop();
});

/** A listener that counts, and lets a test wait for the next call. */
class Bell {
  rings = 0;
  from: string | undefined;
  private next: () => void = () => undefined;

  readonly ring = (from: string) => {
    this.rings += 1;
    this.from = from;
    this.next();
  };

  rung(): Promise<void> {
    return new Promise((resolve) => (this.next = resolve));
  }
}

describe('a notification', () => {
  it('wakes listeners of this process at once and those of others soon', async () => {
    const [here, there] = [new Bell(), new Bell()];
    const ears = [await test.database.listen('log', here.ring), await other.listen('log', there.ring)];
    const woken = there.rung();
    test.database.notify('log');
    expect(here.rings).toBe(1);
    await woken;
    expect(here.rings).toBe(1);
    expect([here.from, there.from]).toEqual(['here', 'elsewhere']);
    for (const ear of ears) await ear.close();
  });

  it('is sent once more for any number of calls while one is on its way', async () => {
    const [there, mark] = [new Bell(), new Bell()];
    const ears = [await other.listen('log', there.ring), await other.listen('mark', mark.ring)];
    const marked = mark.rung();
    for (let i = 0; i < 50; i++) test.database.notify('log');
    const rung = there.rung();
    await rung;
    test.database.notify('mark');
    await marked;
    expect(there.rings).toBeLessThanOrEqual(2);
    for (const ear of ears) await ear.close();
  });

  it('reaches no listener of another channel or service, and none that was closed', async () => {
    const [wrong, closed, right] = [new Bell(), new Bell(), new Bell()];
    const stranger = openDatabase({ url: test.url, service: 'other-test' });
    const ears = [await stranger.listen('log', wrong.ring), await other.listen('bus', wrong.ring), await other.listen('log', right.ring)];
    await (await other.listen('log', closed.ring)).close();
    const woken = right.rung();
    test.database.notify('log');
    await woken;
    expect([wrong.rings, closed.rings]).toEqual([0, 0]);
    for (const ear of ears) await ear.close();
    await stranger.close();
  });

  it('is heard again after the listening session was killed, and the loss wakes everybody once', async () => {
    const there = new Bell();
    const ear = await other.listen('log', there.ring);
    const reopened = there.rung();
    await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tl_listen' AND datname = current_database()`);
    await reopened;
    const woken = there.rung();
    test.database.notify('log');
    await woken;
    await ear.close();
  });
});

describe('a channel', () => {
  it.each(['', 'Log', 'a b', 'a;', 'x'.repeat(21)])('is a short lower-case word, not %j', (channel) => {
    expect(() => test.database.notify(channel)).toThrow('not a channel');
  });
});
