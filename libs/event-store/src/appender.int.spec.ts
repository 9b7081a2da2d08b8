import { randomUUID } from 'node:crypto';
import type { Database, Tx } from '@throughline/postgres';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { openAppender } from './appender';
import type { Appender, AppenderOptions } from './appender.contract';
import { eventStore } from './event-store';
import type { AppendOutcome, NewEvent } from './event-store.contract';
import { eventStoreMigration } from './migration';
import { sampleEvent } from './testing';

const tenant = randomUUID();
let test: TestDatabase;
const opened: Appender[] = [];
beforeAll(async () => {
  test = await testDatabase('appender-test', [eventStoreMigration('appender-test')]);
});
afterAll(async () => {
  await Promise.all(opened.map((appender) => appender.close()));
  await test.drop();
});

function open(options: Partial<AppenderOptions> = {}): Appender {
  const appender = openAppender({ database: test.database, ...options });
  opened.push(appender);
  return appender;
}

/** The real database, and how many calls were made. */
function counted() {
  let calls = 0;
  const database: Pick<Database, 'call' | 'notify'> = {
    call: (role, statement) => ((calls += 1), test.database.call(role, statement)),
    notify: (channel) => test.database.notify(channel),
  };
  return { database, calls: () => calls };
}

const event = (stream: string, given: Partial<NewEvent> = {}) => sampleEvent({ tenant, stream, ...given });
const read = (stream: string) => test.database.reader(tenant, (tx) => eventStore.readStream(tx, tenant, stream, 1, 1_000));
const ids = async (stream: string) => (await read(stream)).map(({ id }) => id);
const intact = (stream: string) => test.database.reader(tenant, (tx) => eventStore.verify(tx, tenant, stream));

/** Holds the row of a stream in a transaction till it is let go. */
async function holding(stream: string): Promise<() => Promise<void>> {
  const gate: PromiseWithResolvers<void> = Promise.withResolvers();
  const held: PromiseWithResolvers<void> = Promise.withResolvers();
  const done = test.database.writer([tenant], async (tx: Tx) => {
    await eventStore.append(tx, [event(stream)]);
    held.resolve();
    await gate.promise;
  });
  await held.promise;
  return () => (gate.resolve(), done);
}

describe('callers of one appender', () => {
  it('share statements, and each gets its own places', async () => {
    const { database, calls } = counted();
    const appender = open({ database });
    const streams = Array.from({ length: 64 }, () => randomUUID());
    const answers = await Promise.all(streams.map((stream) => appender.append([tenant], [event(stream), event(stream)])));
    expect(calls()).toBe(2);
    for (const [index, stream] of streams.entries()) {
      const stored = await read(stream);
      expect(answers[index]).toEqual(stored.map(({ position, version, recordedAt }) => ({ outcome: 'appended', position, version, recordedAt })));
      expect(stored).toHaveLength(2);
    }
  });

  it('on one stream all go into one statement, in the order of their calls', async () => {
    const { database, calls } = counted();
    const appender = open({ database });
    const stream = randomUUID();
    const events = Array.from({ length: 64 }, () => event(stream));
    await Promise.all(events.map((each) => appender.append([tenant], [each])));
    expect(calls()).toBe(1);
    expect(await ids(stream)).toEqual(events.map(({ id }) => id));
    expect(await intact(stream)).toEqual({ intact: true });
  });

  it('are not hurt by the duplicates, conflicts and stale versions of others', async () => {
    const appender = open();
    const [stream, other] = [randomUUID(), randomUUID()];
    const first = event(stream);
    const [there] = await appender.append([tenant], [first]);
    const [second, third, late] = [event(stream), event(stream), event(other)];
    const answers = await Promise.all([
      appender.append([tenant], [first]),
      appender.append([tenant], [second]),
      appender.append([tenant], [{ ...first, digest: Buffer.alloc(16) }]),
      appender.append([tenant], [event(stream), late], [{ tenant, stream, version: 1 }]),
      appender.append([tenant], [third], [{ tenant, stream, version: 2 }]),
    ]);
    expect(answers).toMatchObject([
      [{ outcome: 'duplicate', position: there!.position }],
      [{ outcome: 'appended', version: 2 }],
      [{ outcome: 'conflict', position: there!.position }],
      { outcome: 'refused', tenant, stream, expected: 1, actual: 2 },
      [{ outcome: 'appended', version: 3 }],
    ]);
    expect(await ids(stream)).toEqual([first.id, second.id, third.id]);
    expect(await ids(other)).toEqual([]);
    expect(await intact(stream)).toEqual({ intact: true });
  });

  it('are not hurt by an event that the database cannot take', async () => {
    const appender = open();
    const stream = randomUUID();
    const good = [1, 2, 3, 4, 5].map(() => event(stream));
    const bad = [event(stream, { id: 'no uuid' }), event(randomUUID(), { type: 'nul\0.seen' })];
    const [a, b, c] = [good.slice(0, 2), good.slice(2, 3), good.slice(3)];
    const calls = [a, [bad[0]!], b, [bad[1]!], c].map((events) => appender.append([tenant], events));
    const settled = await Promise.allSettled(calls);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled']);
    expect(await ids(stream)).toEqual(good.map(({ id }) => id));
    expect(await intact(stream)).toEqual({ intact: true });
  });

  it('that bring the same event get one place for it', async () => {
    const appender = open();
    const same = event(randomUUID());
    const answers = (await Promise.all(Array.from({ length: 5 }, () => appender.append([tenant], [same])))).flat();
    expect(answers.map(({ outcome }) => outcome)).toEqual(['appended', 'duplicate', 'duplicate', 'duplicate', 'duplicate']);
    expect(new Set(answers.map(({ position }) => position.n)).size).toBe(1);
  });

  it('in two processes that bring the same ids for other streams get one place for each', async () => {
    const appenders = [open(), open()];
    const shared = Array.from({ length: 20 }, () => randomUUID());
    const calls = appenders.flatMap((appender, own) =>
      shared.map((id) => {
        const stream = randomUUID();
        return appender.append([tenant], [event(stream, { id })], own ? [{ tenant, stream, version: 'none' }] : []);
      }),
    );
    const answers = (await Promise.all(calls)) as AppendOutcome[][];
    expect(answers.flat().filter(({ outcome }) => outcome === 'appended')).toHaveLength(shared.length);
  });
});

describe('an expected version', () => {
  it.each([
    ['none', 0, true],
    ['none', 2, false],
    ['exists', 0, false],
    ['exists', 2, true],
    ['any', 0, true],
    [2, 2, true],
    [1, 2, false],
    [3, 2, false],
  ] as const)('%s, of a stream with %d events: %s', async (version, count, passes) => {
    const appender = open();
    const stream = randomUUID();
    await appender.append([tenant], Array.from({ length: count }, () => event(stream)));
    const answer = await appender.append([tenant], [event(stream)], [{ tenant, stream, version }]);
    if (passes) expect(answer).toMatchObject([{ outcome: 'appended', version: count + 1 }]);
    else expect(answer).toEqual({ outcome: 'refused', tenant, stream, expected: version, actual: count });
    expect(await read(stream)).toHaveLength(passes ? count + 1 : count);
  });

  it('does not refuse a call that was made before', async () => {
    const appender = open();
    const stream = randomUUID();
    const call = () => appender.append([tenant], [same], [{ tenant, stream, version: 'none' }]);
    const same = event(stream);
    expect(await call()).toMatchObject([{ outcome: 'appended' }]);
    expect(await call()).toMatchObject([{ outcome: 'duplicate' }]);
  });

  it('of one stream decides over all streams of the call', async () => {
    const appender = open();
    const [a, b] = [randomUUID(), randomUUID()];
    await appender.append([tenant], [event(a)]);
    const refused = await appender.append([tenant], [event(a), event(b)], [{ tenant, stream: a, version: 1 }, { tenant, stream: b, version: 'exists' }]);
    expect(refused).toMatchObject({ outcome: 'refused', stream: b, actual: 0 });
    expect([(await read(a)).length, (await read(b)).length]).toEqual([1, 0]);
    expect(await intact(b)).toEqual({ intact: true });
  });

  it('holds inside a transaction too', async () => {
    const stream = randomUUID();
    const append = (version: number) => test.database.writer([tenant], (tx) => eventStore.append(tx, [event(stream)], [{ tenant, stream, version }]));
    expect(await append(0)).toMatchObject([{ outcome: 'appended' }]);
    expect(await append(0)).toEqual({ outcome: 'refused', tenant, stream, expected: 0, actual: 1 });
  });

  it('must be of a stream of the call', async () => {
    const call = open().append([tenant], [event(randomUUID())], [{ tenant, stream: randomUUID(), version: 0 }]);
    await expect(call).rejects.toThrow('does not append to');
  });
});

describe('a stream that another transaction has in work', () => {
  it('keeps its callers waiting till the deadline, and others hardly', async () => {
    const stream = randomUUID();
    const release = await holding(stream);
    const waiting = open({ deadlineMs: 100 }).append([tenant], [event(stream)]);
    await expect(waiting).rejects.toMatchObject({ kind: 'unavailable', slug: 'append-deadline' });
    await release();
  });

  it('fills the queue, and what comes then is turned away at once', async () => {
    const stream = randomUUID();
    const release = await holding(stream);
    const appender = open({ maxWaiting: 2 });
    const flying = appender.append([tenant], [event(stream)]);
    await new Promise((resolve) => setImmediate(resolve));
    const waiting = [event(stream), event(stream)].map((each) => appender.append([tenant], [each]));
    await expect(appender.append([tenant], [event(stream)])).rejects.toMatchObject({ kind: 'unavailable', slug: 'append-queue-full' });
    await release();
    expect((await Promise.all([flying, ...waiting])).flat()).toMatchObject([2, 3, 4].map((version) => ({ outcome: 'appended', version })));
  });
});

describe('an appender that is closed', () => {
  it('answers what it has taken, and takes no more', async () => {
    const appender = open();
    const taken = appender.append([tenant], [event(randomUUID())]);
    const closed = appender.close();
    await expect(appender.append([tenant], [event(randomUUID())])).rejects.toMatchObject({ slug: 'append-closed' });
    await closed;
    expect(await taken).toMatchObject([{ outcome: 'appended' }]);
  });
});

describe('the wall around a tenant', () => {
  it('lets no event through that is not of the tenants of its call', async () => {
    const stranger = randomUUID();
    await expect(open().append([tenant], [event(randomUUID(), { tenant: stranger })])).rejects.toThrow('not for');
    await expect(open().append([], [event(randomUUID())])).rejects.toThrow('not for');
  });
});
