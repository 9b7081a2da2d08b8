import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { eventStore } from './event-store';
import { eventStoreMigration } from './migration';
import { sampleEvent } from './testing';
import type { AppendOutcome, NewEvent } from './event-store.contract';

type Placed = Extract<AppendOutcome, { outcome: 'appended' }>;
const tenant = randomUUID();
let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase('append-test', [eventStoreMigration('append-test')]);
});
afterAll(() => test.drop());

const append = (events: NewEvent[]) => test.database.writer([tenant], (tx) => eventStore.append(tx, events));
const read = (stream: string) => test.database.reader(tenant, (tx) => eventStore.readStream(tx, tenant, stream, 1, 1_000));

describe('an append', () => {
  it('gives every event its place in the log and in its stream', async () => {
    const [a, b] = [randomUUID(), randomUUID()];
    const events = [a, b, a].map((stream) => sampleEvent({ tenant, stream }));
    const outcomes = await append(events);
    expect(outcomes).toMatchObject([{ outcome: 'appended', version: 1 }, { outcome: 'appended', version: 1 }, { outcome: 'appended', version: 2 }]);
    const stored = await read(a);
    const placed = [0, 2].map((i) => ({ ...events[i]!, ...(outcomes[i] as Placed) }));
    expect(stored.map((event) => ({ ...event, outcome: 'appended' }))).toEqual(placed);
  });

  it('finds what the log knows, and appends the rest of the call', async () => {
    const stream = randomUUID();
    const [first, second, third] = [1, 2, 3].map(() => sampleEvent({ tenant, stream }));
    const [there] = await append([first!]);
    const outcomes = await append([second!, first!, { ...first!, digest: Buffer.alloc(16) }, third!]);
    expect(outcomes).toMatchObject([
      { outcome: 'appended', version: 2 },
      { outcome: 'duplicate', position: there!.position },
      { outcome: 'conflict', position: there!.position },
      { outcome: 'appended', version: 3 },
    ]);
    expect((await read(stream)).map((event) => event.id)).toEqual([first!.id, second!.id, third!.id]);
    expect(await test.database.reader(tenant, (tx) => eventStore.verify(tx, tenant, stream))).toEqual({ intact: true });
  });

  it('finds what the same call brought before', async () => {
    const event = sampleEvent({ tenant, stream: randomUUID() });
    const outcomes = await append([event, { ...event, digest: Buffer.alloc(16) }, event]);
    const { position } = outcomes[0]!;
    expect(outcomes).toMatchObject([{ outcome: 'appended' }, { outcome: 'conflict', position }, { outcome: 'duplicate', position }]);
  });

  it('knows an event whose body was destroyed, and keeps its chain', async () => {
    const event = sampleEvent({ tenant, stream: randomUUID() });
    const [{ position }] = (await append([event])) as [AppendOutcome];
    await test.database.writer([tenant], async (tx) => {
      await tx.query('DELETE FROM event_body WHERE n = $1', [position.n]);
      await tx.query('UPDATE event_id SET digest = NULL WHERE tenant = $1 AND id = $2', [tenant, event.id]);
    });
    expect(await append([{ ...event, digest: Buffer.alloc(16) }])).toEqual([{ outcome: 'duplicate', position }]);
    await test.database.reader(tenant, async (tx) => {
      const empty = new Uint8Array();
      expect(await eventStore.readById(tx, tenant, [event.id])).toMatchObject([{ id: event.id, box: empty, digest: empty, keyId: '' }]);
      expect(await eventStore.verify(tx, tenant, event.stream)).toEqual({ intact: true });
    });
  });

  it('is undone with its transaction', async () => {
    const event = sampleEvent({ tenant, stream: randomUUID() });
    const failing = test.database.writer([tenant], async (tx) => {
      await eventStore.append(tx, [event]);
      throw new Error('stop');
    });
    await expect(failing).rejects.toThrow('stop');
    expect(await read(event.stream)).toEqual([]);
    expect(await append([event])).toMatchObject([{ outcome: 'appended', version: 1 }]);
  });

  it('of nothing does nothing', async () => {
    expect(await append([])).toEqual([]);
  });
});

/** As somebody who owns the server could. */
async function tamper(sql: string, values: unknown[]): Promise<void> {
  const admin = new Client({ connectionString: test.adminUrl });
  await admin.connect();
  await admin.query(sql, values).finally(() => admin.end());
}

describe('verifying a stream', () => {
  it('names the first event that was changed behind its back', async () => {
    const stream = randomUUID();
    await append([1, 2, 3].map(() => sampleEvent({ tenant, stream })));
    await tamper(`UPDATE append_test.event SET envelope = '\\x00' WHERE stream = $1 AND version = 2`, [stream]);
    expect(await test.database.reader(tenant, (tx) => eventStore.verify(tx, tenant, stream))).toEqual({ intact: false, version: 2 });
  });

  it('misses an event that was cut off its end', async () => {
    const stream = randomUUID();
    await append([1, 2].map(() => sampleEvent({ tenant, stream })));
    await tamper('DELETE FROM append_test.event WHERE stream = $1 AND version = 2', [stream]);
    expect(await test.database.reader(tenant, (tx) => eventStore.verify(tx, tenant, stream))).toEqual({ intact: false, version: 2 });
  });
});
