import fc from 'fast-check';
import { tooDeep } from './depth';
import { wellFormed } from './well-formed';

describe('a well-formed copy', () => {
  it('is equal where there was no lone surrogate', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => expect(wellFormed(value)).toEqual(value)));
  });

  it('replaces lone surrogates in texts and names', () => {
    expect(wellFormed({ 'a\ud800': ['\udc00b', '😀'] })).toEqual({ 'a\ufffd': ['\ufffdb', '😀'] });
  });
});

describe('depth', () => {
  const nested = (levels: number) => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) as unknown;

  it.each([
    [1, false],
    [64, false],
    [66, true],
    [200_000, true],
  ])('of %d levels is too deep: %s', (levels, deep) => expect(tooDeep(nested(levels))).toBe(deep));
});
