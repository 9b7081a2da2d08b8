import { randomUUID } from 'node:crypto';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { eventStore } from './event-store';
import { eventStoreMigration } from './migration';
import { sampleEvent } from './testing';
import type { NewEvent } from './event-store.contract';

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
    expect(stored).toEqual([0, 2].map((i) => ({ ...events[i], ...outcomes[i], outcome: undefined })).map(({ outcome, ...event }) => event));
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
});
