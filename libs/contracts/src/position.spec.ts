import fc from 'fast-check';
import { comparePositions, formatPosition, parsePosition } from './position';

const position = fc.record({ generation: fc.nat(999), xid: fc.bigInt(0n, 2n ** 63n), n: fc.bigInt(0n, 2n ** 62n) });

describe('a position', () => {
  it('reads back from its text', () => {
    fc.assert(fc.property(position, (p) => expect(parsePosition(formatPosition(p))).toEqual(p)));
  });

  it('is ordered by generation, then transaction, then place', () => {
    const sorted = ['1.5.9', '1.6.1', '1.10.1', '2.1.1'].map((text) => parsePosition(text)!);
    expect([...sorted].reverse().sort(comparePositions)).toEqual(sorted);
  });

  it.each(['', '1.2', '1.2.3.4', 'a.b.c', '-1.2.3', '1.2.3 '])('is not %j', (text) => expect(parsePosition(text)).toBeUndefined());
});
