import fc from 'fast-check';
import { waitAfter } from './waits';

const certain = { random: () => 0 };

describe('the wait of a parked key', () => {
  it('is 1 s at first, doubles, and is 10 minutes at most', () => {
    expect([1, 2, 3, 10, 11, 1000].map((attempts) => waitAfter(attempts, certain))).toEqual([1000, 2000, 4000, 512_000, 600_000, 600_000]);
  });

  it('is shortened by less than a half, whatever chance says', () => {
    const anything = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), anything, (attempts, chance) => {
        const wait = waitAfter(attempts, { random: () => chance });
        const longest = waitAfter(attempts, certain);
        expect(wait).toBeLessThanOrEqual(longest);
        expect(wait).toBeGreaterThanOrEqual(longest / 2);
      }),
    );
  });
});
