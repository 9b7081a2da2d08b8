import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { openAppender } from './appender';
import type { Appender } from './appender.contract';
import { eventStore } from './event-store';
import type { AppendResult, Expectation, ExpectedVersion, NewEvent } from './event-store.contract';
import { eventStoreMigration } from './migration';
import { sampleEvent } from './testing';

let test: TestDatabase;
let appender: Appender;
beforeAll(async () => {
  test = await testDatabase('model-test', [eventStoreMigration('model-test')]);
  appender = openAppender({ database: test.database });
});
afterAll(async () => {
  await appender.close();
  await test.drop();
});

const STREAMS = 3;
const EVENTS = 12;
const version: fc.Arbitrary<ExpectedVersion> = fc.oneof(fc.nat(6), fc.constantFrom('none', 'exists', 'any'));
/** A call: events by number, some with another content, and what is expected of the streams they are of. */
const call = fc.record({
  events: fc.array(fc.record({ event: fc.nat(EVENTS - 1), changed: fc.boolean() }), { minLength: 1, maxLength: 5 }),
  expected: fc.dictionary(fc.constantFrom('0', '1', '2'), version, { maxKeys: STREAMS }),
});
/** Calls that are made at once, and again when they are answered. */
const waves = fc.array(fc.array(call, { maxLength: 8 }), { maxLength: 4 });

/** What an appender must do, one call after the other: the simplest that could be written. */
class Model {
  readonly streams = new Map<string, NewEvent[]>();
  private readonly stood = new Map<string, NewEvent>();

  append(events: readonly NewEvent[], expected: readonly Expectation[]): unknown {
    const anew = events.some(({ id }) => !this.stood.has(id));
    const refused = expected.find(({ stream, version }) => !fits(version, this.of(stream).length));
    if (anew && refused) return { outcome: 'refused', stream: refused.stream, expected: refused.version, actual: this.of(refused.stream).length };
    return events.map((event) => this.place(event));
  }

  private place(event: NewEvent): unknown {
    const first = this.stood.get(event.id);
    if (first) return { outcome: Buffer.compare(first.digest, event.digest) === 0 ? 'duplicate' : 'conflict' };
    this.stood.set(event.id, event);
    return { outcome: 'appended', version: this.of(event.stream).push(event) };
  }

  private of(stream: string): NewEvent[] {
    const events = this.streams.get(stream) ?? [];
    this.streams.set(stream, events);
    return events;
  }
}

function fits(version: ExpectedVersion, actual: number): boolean {
  if (version === 'any') return true;
  return version === 'exists' ? actual > 0 : actual === (version === 'none' ? 0 : version);
}

describe('calls made at once, with duplicates, conflicts and expected versions', () => {
  it('are answered as one after the other, and leave the same streams, chained', async () => {
    await fc.assert(fc.asyncProperty(waves, (given) => agree(given)), { numRuns: 60 });
  });
});

type Given = (typeof waves extends fc.Arbitrary<infer T> ? T : never)[number][number];

async function agree(given: readonly (readonly Given[])[]): Promise<void> {
  const tenant = randomUUID();
  const streams = Array.from({ length: STREAMS }, () => randomUUID());
  const events = Array.from({ length: EVENTS }, (_, i) => sampleEvent({ tenant, stream: streams[i % STREAMS]! }));
  const model = new Model();
  for (const wave of given) {
    const calls = wave.map((call) => made(call, events, tenant, streams));
    const expected = calls.map(([sent, conditions]) => model.append(sent, conditions));
    const answers: AppendResult[] = await Promise.all(calls.map(([sent, conditions]) => appender.append([tenant], sent, conditions)));
    expect(answers).toMatchObject(expected as object[]);
  }
  for (const stream of streams) await expectStream(tenant, stream, model.streams.get(stream) ?? []);
}

function made({ events: picked, expected }: Given, events: readonly NewEvent[], tenant: string, streams: readonly string[]): [NewEvent[], Expectation[]] {
  const sent = picked.map(({ event, changed }) => ({ ...events[event]!, ...(changed ? { digest: Buffer.alloc(16) } : {}) }));
  const conditions = Object.entries(expected).map(([nth, version]) => ({ tenant, stream: streams[Number(nth)]!, version }));
  return [sent, conditions.filter(({ stream }) => sent.some((event) => event.stream === stream))];
}

async function expectStream(tenant: string, stream: string, events: readonly NewEvent[]): Promise<void> {
  await test.database.reader(tenant, async (tx) => {
    const stored = await eventStore.readStream(tx, tenant, stream, 1, 100);
    expect(stored).toMatchObject(events.map((event, i) => ({ ...event, version: i + 1 })));
    expect(stored).toHaveLength(events.length);
    expect(await eventStore.verify(tx, tenant, stream)).toEqual({ intact: true });
  });
}
