import fc from 'fast-check';
import { readPointer, writePointer } from './trait-pointer';
import { isLater } from './traits';

const number = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -2, max: 2 }));
const source = fc.record({ at: number, sequence: number, source: fc.uuid() });

describe('a pointer to the event that tells a trait', () => {
  it('is read as it was written', () => fc.assert(fc.property(source, (told) => expect(readPointer(writePointer(told))).toEqual(told))));

  it('sorts as bytes the way the words follow each other', () => {
    const alike = fc.tuple(source, source, fc.boolean(), fc.boolean()).map(([a, b, sameTime, sameSequence]): [typeof a, typeof b] => [a, { ...b, at: sameTime ? a.at : b.at, sequence: sameSequence ? a.sequence : b.sequence }]);
    fc.assert(fc.property(alike, ([a, b]) => expect(Buffer.compare(writePointer(a), writePointer(b)) > 0).toBe(isLater(a, b))));
  });

  it('is none where nothing was told', () => {
    expect(readPointer(null)).toBeUndefined();
    expect(readPointer(Buffer.alloc(0))).toBeUndefined();
  });
});
