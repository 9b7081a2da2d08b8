import fc from 'fast-check';
import { type ChainedEvent, ChainWalk, genesis, link, prefixes } from './chain';

const start = genesis(Buffer.alloc(16, 1), Buffer.alloc(16, 2));

/** A stream as the store writes it, appended in these groups. */
function chained(groups: readonly (readonly Uint8Array[])[]): ChainedEvent[] {
  const events: ChainedEvent[] = [];
  let head: Uint8Array = start;
  for (const envelopes of groups) {
    const before = head;
    const groupStart = events.length + 1;
    prefixes(envelopes).forEach((prefix, i) => {
      head = link(before, prefix);
      events.push({ version: events.length + 1, envelope: envelopes[i]!, chain: head, groupStart });
    });
  }
  return events;
}

const walks = (events: readonly ChainedEvent[]) => {
  const walk = new ChainWalk(start);
  return events.every((event) => walk.step(event));
};

const stream = fc.array(fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 6 });

describe('the hash chain of a stream', () => {
  it('holds however the events were grouped', () => {
    fc.assert(fc.property(stream, (groups) => walks(chained(groups))));
  });

  it('breaks where a byte of an envelope was changed', () => {
    fc.assert(
      fc.property(stream, fc.nat(), (groups, at) => {
        const events = chained(groups);
        const event = events[at % events.length]!;
        event.envelope = Uint8Array.of(...event.envelope, 0);
        return !walks(events);
      }),
    );
  });

  it('breaks where an event was taken out, or two changed places', () => {
    const events = chained([[Buffer.from('a'), Buffer.from('b')], [Buffer.from('c')]]);
    expect(walks(events)).toBe(true);
    expect(walks([events[0]!, events[2]!])).toBe(false);
    expect(walks([events[1]!, events[0]!, events[2]!])).toBe(false);
  });

  it('breaks where a group was cut in two', () => {
    const events = chained([[Buffer.from('a'), Buffer.from('b')]]);
    expect(walks([events[0]!, { ...events[1]!, groupStart: 2 }])).toBe(false);
  });

  it('begins differently for every stream', () => {
    expect(genesis(Buffer.alloc(16, 1), Buffer.alloc(16, 3))).not.toEqual(start);
  });
});
