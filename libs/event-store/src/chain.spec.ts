import fc from 'fast-check';
import { advance, chainStart, genesis, link, prefixes, sameBytes, type ChainedEvent, type ChainState } from './chain';

const start = chainStart(Buffer.alloc(16, 1), Buffer.alloc(16, 2));

interface Written extends ChainedEvent {
  chain: Uint8Array;
}

/** A stream as the store writes it, appended in these groups. */
function chained(groups: readonly (readonly Uint8Array[])[]): Written[] {
  const events: Written[] = [];
  let head: Uint8Array = start.head;
  for (const envelopes of groups) {
    const before = head;
    const groupStart = events.length + 1;
    prefixes(envelopes).forEach((prefix, i) => {
      head = link(before, prefix);
      events.push({ envelope: envelopes[i]!, chain: head, groupStart });
    });
  }
  return events;
}

const walks = (events: readonly Written[]) => {
  let state: ChainState | undefined = start;
  for (const event of events) {
    state = advance(state, event);
    if (!state || !sameBytes(state.head, event.chain)) return false;
  }
  return true;
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
    expect(genesis(Buffer.alloc(16, 1), Buffer.alloc(16, 3))).not.toEqual(start.head);
  });
});
