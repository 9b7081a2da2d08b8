// The relay remembers cards: what it says of a customer must be what it would say if it asked each time.
import { fromBinary } from '@bufbuild/protobuf';
import { TimelineRecordSchema } from '@throughline/contracts';
import type { StoredEvent } from '@throughline/event-store';
import fc from 'fast-check';
import { ProfileBench } from './testing/profile-bench';

const identity = fc.tuple(fc.constantFrom('visitor:a', 'visitor:b', 'email:c@shop.example', 'crm:d'), fc.boolean());
const interaction = fc.record({
  identities: fc.array(identity, { minLength: 1, maxLength: 3 }),
  at: fc.integer({ min: 0, max: 5 }).map((ms) => 1_700_000_000_000 + ms),
  language: fc.constantFrom('', 'de', 'en'),
});
const batches = fc.array(fc.array(interaction, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 6 });

let bench: ProfileBench;
let run = 0;
beforeAll(async () => void (bench = await ProfileBench.open()));
afterAll(() => bench.close());

const cardsIn = (messages: readonly { value: Uint8Array }[]) => messages.map(({ value }) => fromBinary(TimelineRecordSchema, value).card);

async function postAndPublish(list: readonly { identities: [string, boolean][]; at: number; language: string }[], step: number, published: number): Promise<StoredEvent[]> {
  const named = ([name, vouched]: [string, boolean]) => `${vouched ? '!' : ''}${name.replace(':', `:${run}`)}`;
  await bench.post(...list.map(({ identities, ...rest }, index) => ({ ...rest, id: `${run}-${step}-${index}`, identities: identities.map(named) })));
  return (await bench.readLog()).slice(published);
}

it('puts the same card on an event as one who remembers nothing', async () => {
  await fc.assert(
    fc.asyncProperty(batches, async (history) => {
      run += 1;
      let published = (await bench.readLog()).length;
      for (const [step, list] of history.entries()) {
        const events = await postAndPublish(list, step, published);
        published += events.length;
        bench.published.splice(0);
        await bench.relay.publish(events);
        expect(cardsIn(bench.published.filter(({ topic }) => topic === 'timeline'))).toEqual(cardsIn(await bench.relay.timeline(events)));
      }
    }),
    { numRuns: 12 },
  );
});
