// A batch with 25,000 new links once copied all of them for each one (about 10 s on the event loop, longer than a Kafka session).
import fc from 'fast-check';
import { LinkSet } from './identity.decider';

const name = fc.integer({ min: 0, max: 12 }).map(String);
const steps = fc.array(fc.record({ from: fc.nat(30), pair: fc.tuple(name, name) }), { maxLength: 30 });

describe('a set of links', () => {
  it('gives versions that know what was added to them and to nobody else, whichever version goes on', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const versions = [{ links: LinkSet.none, pairs: new Set<string>() }];
        for (const { from, pair: [a, b] } of all) {
          const { links, pairs } = versions[from % versions.length]!;
          versions.push({ links: links.with(a, b), pairs: new Set([...pairs, `${a}|${b}`]) });
        }
        for (const { links, pairs } of versions) {
          for (const { pair: [a, b] } of all) expect(links.has(a, b)).toBe(pairs.has(`${a}|${b}`));
        }
      }),
    );
  });

  it('holds as many pairs as a full batch can bring', () => {
    let links = LinkSet.none;
    for (let i = 0; i < 25_000; i += 1) links = links.with('own', `peer-${i}`);
    expect([links.has('own', 'peer-24999'), links.has('own', 'peer-25000'), LinkSet.none.has('own', 'peer-0')]).toEqual([true, false, false]);
  });
});
