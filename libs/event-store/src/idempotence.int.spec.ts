import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { eventStore } from './event-store';
import { eventStoreMigration } from './migration';
import { sampleEvent } from './testing';
import type { NewEvent } from './event-store.contract';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase('idempotence-test', [eventStoreMigration('idempotence-test')]);
});
afterAll(() => test.drop());

const EVENTS = 8;
/** Any deliveries in any batches: each a list of events by number, some with another content. */
const deliveries = fc.array(fc.array(fc.record({ event: fc.nat(EVENTS - 1), changed: fc.boolean() }), { maxLength: 10 }), { maxLength: 6 });

/** Eight events in three streams of a tenant of its own. */
function world() {
  const tenant = randomUUID();
  const streams = [randomUUID(), randomUUID(), randomUUID()];
  const events = Array.from({ length: EVENTS }, (_, i) => sampleEvent({ tenant, stream: streams[i % 3]! }));
  return { tenant, streams, events };
}

/** What an append must answer, by a simple model: the first of an id stands, with its digest. */
function expected(event: NewEvent, stood: Map<string, NewEvent>): string {
  const first = stood.get(event.id);
  if (!first) stood.set(event.id, event);
  return !first ? 'appended' : Buffer.compare(first.digest, event.digest) === 0 ? 'duplicate' : 'conflict';
}

describe('appending the same events in any batches, however often', () => {
  it('gives the log of their first arrivals, and says of each what became of it', async () => {
    await fc.assert(
      fc.asyncProperty(deliveries, async (batches) => {
        const { tenant, streams, events } = world();
        const stood = new Map<string, NewEvent>();
        for (const batch of batches) {
          const sent = batch.map(({ event, changed }) => ({ ...events[event]!, ...(changed ? { digest: Buffer.alloc(16) } : {}) }));
          const outcomes = await test.database.writer([tenant], (tx) => eventStore.append(tx, sent));
          expect(outcomes.map(({ outcome }) => outcome)).toEqual(sent.map((event) => expected(event, stood)));
        }
        for (const stream of streams) await expectStream(tenant, stream, [...stood.values()].filter((event) => event.stream === stream));
      }),
      { numRuns: 40 },
    );
  });
});

async function expectStream(tenant: string, stream: string, events: readonly NewEvent[]): Promise<void> {
  await test.database.reader(tenant, async (tx) => {
    const stored = await eventStore.readStream(tx, tenant, stream, 1, 100);
    expect(stored).toMatchObject(events.map((event, i) => ({ ...event, version: i + 1 })));
    expect(stored).toHaveLength(events.length);
    expect(await eventStore.verify(tx, tenant, stream)).toEqual({ intact: true });
  });
}

describe('the same event from several writers at once', () => {
  it('is appended by one, and a duplicate for the others', async () => {
    const { tenant, events } = world();
    const writers = [events, [...events].reverse(), events, [...events].reverse()];
    const all = await Promise.all(writers.map((sent) => test.database.writer([tenant], (tx) => eventStore.append(tx, sent))));
    const outcomes = all.flat().map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'appended')).toHaveLength(EVENTS);
    expect(outcomes.filter((outcome) => outcome === 'duplicate')).toHaveLength(3 * EVENTS);
  });
});
