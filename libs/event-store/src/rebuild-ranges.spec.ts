import fc from 'fast-check';
import { StreamRanges, type StreamRange } from './rebuild-ranges';

const AFTER_ALL = '9223372036854775807';
const holds = ({ tenant, cursor, end }: StreamRange, stream: string, of: string) =>
  tenant === of && stream <= end && (stream > cursor.stream || (stream === cursor.stream && cursor.version !== AFTER_ALL));

const TENANTS = ['a', 'b', 'c'];
/** What workers do, one after the other: take a range, fold a part of one they have, or end it. */
const step = fc.record({ what: fc.constantFrom('take', 'move', 'end'), which: fc.nat(9), part: fc.integer({ min: 1, max: 255 }) });

/** The last stream folded of the next part of a range. */
function moved(range: StreamRange, part: number): string {
  const [from, to] = [range.cursor.stream, range.end].map((uuid) => BigInt(`0x${uuid.replaceAll('-', '')}`)) as [bigint, bigint];
  const at = (from + ((to - from) * BigInt(part)) / 256n).toString(16).padStart(32, '0');
  return `${at.slice(0, 8)}-${at.slice(8, 12)}-${at.slice(12, 16)}-${at.slice(16, 20)}-${at.slice(20)}`;
}

describe('ranges of streams', () => {
  it('hold every stream of every tenant once, however they are shared and folded', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.array(fc.uuid(), { minLength: 1, maxLength: 20 }), (steps, streams) => {
        const ranges = new StreamRanges(TENANTS);
        const working: StreamRange[] = [];
        const folded: string[] = [];
        const fold = (range: StreamRange, until: string) => {
          for (const stream of new Set(streams)) if (stream <= until && holds(range, stream, range.tenant)) folded.push(`${range.tenant} ${stream}`);
          range.cursor = { stream: until, version: AFTER_ALL };
        };
        const finish = (range: StreamRange) => {
          fold(range, range.end);
          working.splice(working.indexOf(range), 1);
          ranges.done(range);
        };
        for (const { what, which, part } of steps) {
          const range = working[which % Math.max(1, working.length)];
          if (what === 'take') working.push(...[ranges.take()].filter((one) => one !== undefined));
          else if (range && what === 'move') fold(range, moved(range, part));
          else if (range) finish(range);
        }
        for (const range of [...working]) finish(range);
        for (let range = ranges.take(); range; range = ranges.take()) {
          working.push(range);
          finish(range);
        }
        expect(folded.sort()).toEqual(TENANTS.flatMap((tenant) => [...new Set(streams)].map((stream) => `${tenant} ${stream}`)).sort());
      }),
    );
  });

  it('share the widest range that is at work, and nothing that is hardly wider than a stream', () => {
    const ranges = new StreamRanges(['a']);
    const lower = ranges.take()!;
    const upper = ranges.take()!;
    expect([lower.end.slice(0, 4), upper.cursor.stream.slice(0, 4), upper.end.slice(0, 4)]).toEqual(['7fff', '7fff', 'ffff']);
    lower.cursor = { stream: '7ff00000-0000-0000-0000-000000000000', version: '1' };
    const third = ranges.take()!;
    expect([upper.end.slice(0, 4), third.cursor.stream.slice(0, 4), third.end.slice(0, 4)]).toEqual(['bfff', 'bfff', 'ffff']);
    for (const range of [upper, third]) ranges.done(range);
    lower.cursor = { stream: '7ffffff0-0000-0000-0000-000000000000', version: '1' };
    expect(ranges.take()).toBeUndefined();
  });
});
