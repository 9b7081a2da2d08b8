import { randomUUID } from 'node:crypto';
import { comparePositions, type Position } from '@throughline/contracts';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { openDatabase, type Database } from '@throughline/postgres';
import { openAppender } from './appender';
import { eventStore } from './event-store';
import type { NewEvent, StoredEvent } from './event-store.contract';
import { eventStoreMigration } from './migration';
import { sampleEvent } from './testing';

const tenant = randomUUID();
const hot = randomUUID();
let test: TestDatabase;
let writers: Database;
beforeAll(async () => {
  test = await testDatabase('order-test', [eventStoreMigration('order-test')]);
  writers = openDatabase({ url: test.url, service: 'order-test', max: 8 });
});
afterAll(async () => {
  await writers.close();
  await test.drop();
});

const append = (...events: NewEvent[]) => writers.writer([tenant], (tx) => eventStore.append(tx, events));
const readLog = (after?: Position, limit = 10_000) => test.database.relay((tx) => eventStore.readLog(tx, after, limit));
const event = (stream: string) => sampleEvent({ tenant, stream });

/** The log once the horizon has passed these events: other transactions of the server hold it back for moments. */
async function logWith(ids: readonly string[], after?: Position): Promise<StoredEvent[]> {
  for (;;) {
    const events = await readLog(after);
    const seen = new Set(events.map(({ id }) => id));
    if (ids.every((id) => seen.has(id))) return events;
  }
}

describe('the log', () => {
  it('shows an event stamped early and committed late before what was committed in between', async () => {
    const [early, late] = [event(randomUUID()), event(randomUUID())];
    let commit = () => {};
    const gate = new Promise<void>((resolve) => (commit = resolve));
    let appended: () => void;
    const stamped = new Promise<void>((resolve) => (appended = resolve));
    const slow = writers.writer([tenant], async (tx) => {
      await eventStore.append(tx, [early]);
      appended();
      await gate;
    });
    await stamped;
    await append(late);
    expect((await readLog()).map(({ id }) => id)).not.toContain(late.id);
    commit();
    await slow;
    const ids = (await logWith([early.id, late.id])).map(({ id }) => id);
    expect(ids.indexOf(early.id)).toBeLessThan(ids.indexOf(late.id));
  });

  it('keeps a stream in order where the later append has the older transaction', async () => {
    const stream = randomUUID();
    const [first, second] = [event(stream), event(stream)];
    await writers.writer([tenant], async (tx) => {
      await tx.query('SELECT pg_current_xact_id()');
      await append(first);
      await eventStore.append(tx, [second]);
    });
    const log = (await logWith([first.id, second.id])).filter((stored) => stored.stream === stream);
    expect(log.map(({ id, version }) => [id, version])).toEqual([[first.id, 1], [second.id, 2]]);
  });

  it('keeps a hot stream gapless under eight writers, and in the order of its versions', async () => {
    const calls = Array.from({ length: 8 }, () => Array.from({ length: 20 }, () => [event(hot), event(randomUUID()), event(hot)]));
    await Promise.all(
      calls.map(async (own) => {
        for (const [i, events] of own.entries()) {
          // Every other transaction has its id before it appends, and so not in the order of the appends.
          await writers.writer([tenant], async (tx) => {
            if (i % 2) await tx.query('SELECT pg_current_xact_id()');
            await eventStore.append(tx, events);
          });
        }
      }),
    );
    const log = await logWith(calls.flat(2).map(({ id }) => id));
    const versions = log.filter(({ stream }) => stream === hot).map(({ version }) => version);
    expect(versions).toEqual(Array.from({ length: 320 }, (_, i) => i + 1));
    expect(await test.database.reader(tenant, (tx) => eventStore.verify(tx, tenant, hot))).toEqual({ intact: true });
  });

  it('keeps shared streams gapless and in order under appenders of two processes', async () => {
    const streams = Array.from({ length: 3 }, () => randomUUID());
    const appenders = [openAppender({ database: writers }), openAppender({ database: test.database })];
    const caller = async (appender: (typeof appenders)[number]) => {
      const ids: string[] = [];
      for (let i = 0; i < 20; i += 1) {
        const events = [event(streams[i % 3]!), event(randomUUID()), event(streams[(i + 1) % 3]!)];
        await appender.append([tenant], events);
        ids.push(...events.map(({ id }) => id));
      }
      return ids;
    };
    const ids = await Promise.all(appenders.flatMap((appender) => Array.from({ length: 8 }, () => caller(appender))));
    await Promise.all(appenders.map((appender) => appender.close()));
    const log = await logWith(ids.flat());
    for (const stream of streams) {
      const versions = log.filter((stored) => stored.stream === stream).map(({ version }) => version);
      expect(versions).toEqual(versions.map((_, i) => i + 1));
      expect(await test.database.reader(tenant, (tx) => eventStore.verify(tx, tenant, stream))).toEqual({ intact: true });
    }
    expect(streams.map((stream) => log.filter((stored) => stored.stream === stream).length).reduce((sum, count) => sum + count)).toBe(640);
  });

  it('never falls in position or in time of recording', async () => {
    const log = await readLog();
    expect(log.length).toBeGreaterThan(400);
    log.slice(1).forEach((next, i) => {
      expect(comparePositions(log[i]!.position, next.position)).toBeLessThan(0);
      expect(next.recordedAt).toBeGreaterThanOrEqual(log[i]!.recordedAt);
    });
  });

  it('is read in pages that join without gap or overlap', async () => {
    const whole = await readLog();
    const paged: StoredEvent[] = [];
    for (let page = await readLog(undefined, 7); page.length; page = await readLog(paged.at(-1)!.position, 7)) paged.push(...page);
    expect(paged).toEqual(whole);
  });

  it('refuses a position of a former generation', async () => {
    await expect(readLog({ generation: 7, xid: 0n, n: 0n })).rejects.toMatchObject({ slug: 'former-log-generation', status: 410 });
  });
});
