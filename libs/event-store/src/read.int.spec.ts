import { randomUUID } from 'node:crypto';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { eventStore } from './event-store';
import type { LogPage, NewEvent, StoredEvent } from './event-store.contract';
import { eventStoreMigration } from './migration';
import { sampleEvent } from './testing';

const tenant = randomUUID();
const stream = randomUUID();
let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase('read-test', [eventStoreMigration('read-test')]);
});
afterAll(() => test.drop());

const append = (...events: NewEvent[]) => test.database.writer([tenant], (tx) => eventStore.append(tx, events));
const event = (given: Partial<NewEvent> = {}) => sampleEvent({ tenant, stream, ...given });

/** The log in pages, once the horizon has passed `count` events of the kind. */
async function pages(count: number, limit: number, page?: LogPage): Promise<StoredEvent[][]> {
  for (;;) {
    const read: StoredEvent[][] = [];
    const next = () => test.database.relay((tx) => eventStore.readLog(tx, read.at(-1)?.at(-1)?.position, limit, page));
    for (let events = await next(); events.length; events = await next()) read.push(events);
    if (read.flat().length >= count) return read;
  }
}

describe('a stream', () => {
  it('is read from a version on, forwards and backwards', async () => {
    await append(...[1, 2, 3, 4, 5].map(() => event()));
    const versions = (from: number, limit: number, direction?: 'forwards' | 'backwards') =>
      test.database.reader(tenant, async (tx) => (await eventStore.readStream(tx, tenant, stream, from, limit, direction)).map(({ version }) => version));
    expect(await versions(2, 3)).toEqual([2, 3, 4]);
    expect(await versions(6, 3)).toEqual([]);
    expect(await versions(3, 2, 'backwards')).toEqual([3, 2]);
    expect(await versions(Infinity, 2, 'backwards')).toEqual([5, 4]);
    expect(await versions(2, 9, 'backwards')).toEqual([2, 1]);
  });
});

describe('the log', () => {
  it('is read by category, in its order', async () => {
    const types = ['call.started', 'message.sent', 'call.ended', 'caller.known', 'call'];
    const events = types.map((type) => event({ stream: randomUUID(), type }));
    await append(...events);
    const read = (await pages(3, 2, { category: 'call' })).flat();
    expect(read.map(({ id }) => id)).toEqual([0, 2, 4].map((index) => events[index]!.id));
  });

  it('comes in pages of so many bytes, or of one event that is larger', async () => {
    const large = [5_000, 100, 100, 3_000].map((size) => event({ stream: randomUUID(), type: 'file.seen', box: Buffer.alloc(size), envelope: Buffer.alloc(100) }));
    await append(...large);
    const read = await pages(4, 100, { category: 'file', maxBytes: 1_000 });
    expect(read.map((page) => page.map(({ box }) => box.length))).toEqual([[5_000], [100, 100], [3_000]]);
  });
});
