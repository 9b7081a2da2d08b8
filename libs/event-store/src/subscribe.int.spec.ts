import { randomUUID } from 'node:crypto';
import { openDatabase, type Database } from '@throughline/postgres';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { Client } from 'pg';
import { eventStore } from './event-store';
import type { EventPlace, NewEvent, StoredEvent } from './event-store.contract';
import { eventStoreMigration } from './migration';
import { subscribe } from './subscribe';
import { sampleEvent } from './testing';

const tenant = randomUUID();
let test: TestDatabase;
beforeEach(async () => {
  test = await testDatabase('subscribe-test', [eventStoreMigration('subscribe-test')]);
});
afterEach(() => test.drop());

async function append(...events: NewEvent[]): Promise<string[]> {
  await test.database.writer([tenant], (tx) => eventStore.append(tx, events));
  test.database.notify('log');
  return events.map((event) => event.id);
}

/** Collects what a subscription hands on, and lets a test wait for it. */
class Inbox {
  readonly ids: string[] = [];
  private check: () => void = () => undefined;

  readonly handle = async (events: readonly StoredEvent[]) => {
    this.ids.push(...events.map((event) => event.id));
    this.check();
  };

  holds(ids: readonly string[]): Promise<void> {
    return new Promise((resolve) => {
      this.check = () => ids.every((id) => this.ids.includes(id)) && resolve();
      this.check();
    });
  }
}

const event = () => sampleEvent({ tenant, stream: randomUUID() });

describe('a subscription', () => {
  it('hands on the log from its start, in batches, and then what is appended', async () => {
    const early = await append(event(), event(), event());
    const inbox = new Inbox();
    const sizes: number[] = [];
    const handle = (events: readonly StoredEvent[]) => (sizes.push(events.length), inbox.handle(events));
    const subscription = await subscribe(test.database, eventStore, { name: 'all', handle, batch: 2 });
    await inbox.holds(early);
    const late = await append(event());
    await inbox.holds(late);
    expect(inbox.ids).toEqual([...early, ...late]);
    expect(sizes).toEqual([2, 1, 1]);
    await subscription.close();
  });

  it('hands on what the process remembers as the log has it, and all else too', async () => {
    const early = await append(event(), event());
    // Any transaction of the server holds back what was appended after it began.
    let remembered: StoredEvent[] = [];
    while (remembered.length < 2) remembered = await test.database.relay((tx) => eventStore.readLog(tx, undefined, 10));
    const asked: string[] = [];
    const recall = ({ position, envelope }: EventPlace) => {
      const found = remembered.find((one) => one.position.n === position.n && Buffer.compare(one.envelope, envelope) === 0);
      asked.push(found?.id ?? 'another');
      return found && { ...found, type: 'recalled' };
    };
    const inbox = new Inbox();
    const types: string[] = [];
    const handle = (events: readonly StoredEvent[]) => (types.push(...events.map(({ type }) => type)), inbox.handle(events));
    const subscription = await subscribe(test.database, eventStore, { name: 'recalled', handle, recall });
    await inbox.holds(early);
    const late = await append(event(), event());
    await inbox.holds(late);
    await subscription.close();
    expect(inbox.ids).toEqual([...early, ...late]);
    expect(types.map((type) => type === 'recalled')).toEqual([true, true, false, false]);
    expect(asked.slice(0, 2)).toEqual(early);
  });

  it('goes on at its checkpoint when it is opened again', async () => {
    const [first, second] = [new Inbox(), new Inbox()];
    const before = await append(event(), event());
    const subscription = await subscribe(test.database, eventStore, { name: 'again', handle: first.handle });
    await first.holds(before);
    await subscription.close();
    const after = await append(event());
    const reopened = await subscribe(test.database, eventStore, { name: 'again', handle: second.handle });
    await second.holds(after);
    expect(second.ids).toEqual(after);
    await reopened.close();
  });

  it('brings the same batch again until the handler takes it, and tells of each failure', async () => {
    const inbox = new Inbox();
    const seen: string[][] = [];
    const errors: unknown[] = [];
    const handle = async (events: readonly StoredEvent[]) => {
      seen.push(events.map(({ id }) => id));
      if (seen.length < 3) throw new Error(`no ${seen.length}`);
      await inbox.handle(events);
    };
    const ids = await append(event(), event());
    const subscription = await subscribe(test.database, eventStore, { name: 'stubborn', handle, onError: (error) => errors.push(error) });
    await inbox.holds(ids);
    expect(seen).toEqual([ids, ids, ids]);
    expect(errors).toEqual([new Error('no 1'), new Error('no 2')]);
    await subscription.close();
  });

  it('finishes and saves the batch in work when it is closed', async () => {
    let begun = () => {};
    let finish = () => {};
    const working = new Promise<void>((resolve) => (begun = resolve));
    const gate = new Promise<void>((resolve) => (finish = resolve));
    const handle = async () => (begun(), gate);
    await append(event());
    const subscription = await subscribe(test.database, eventStore, { name: 'orderly', handle });
    await working;
    const closed = subscription.close();
    finish();
    await closed;
    const saved = await test.database.system((tx) => tx.query('SELECT FROM subscription WHERE name = $1', ['orderly']));
    expect(saved.rowCount).toBe(1);
  });
});

describe('two processes with one subscription', () => {
  let other: Database;
  beforeEach(() => {
    other = openDatabase({ url: test.url, service: 'subscribe-test' });
  });
  afterEach(() => other.close());

  it('hand each event to one of them; the other takes over when the first stops', async () => {
    const [a, b] = [new Inbox(), new Inbox()];
    const first = await subscribe(test.database, eventStore, { name: 'one', handle: a.handle });
    await a.holds(await append(event()));
    const second = await subscribe(other, eventStore, { name: 'one', handle: b.handle });
    const whileBoth = await append(event(), event());
    await a.holds(whileBoth);
    expect(b.ids).toEqual([]);
    await first.close();
    const afterwards = await append(event());
    await b.holds(afterwards);
    expect(b.ids).toEqual(afterwards);
    await second.close();
  });

  it('change over when the session of the one at work is killed', async () => {
    const [a, b] = [new Inbox(), new Inbox()];
    const first = await subscribe(test.database, eventStore, { name: 'one', handle: a.handle });
    await a.holds(await append(event()));
    const second = await subscribe(other, eventStore, { name: 'one', handle: b.handle });
    await terminate(`application_name = 'tl_lease'`);
    const afterwards = await append(event());
    await Promise.race([a.holds(afterwards), b.holds(afterwards)]);
    await Promise.all([first.close(), second.close()]);
    expect(a.ids.concat(b.ids).filter((id) => afterwards.includes(id))).toEqual(afterwards);
  });
});

async function terminate(which: string): Promise<void> {
  const admin = new Client({ connectionString: test.adminUrl });
  await admin.connect();
  await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND ${which}`);
  await admin.end();
}
