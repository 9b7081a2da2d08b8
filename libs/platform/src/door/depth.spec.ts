import { tooDeep } from './depth';

describe('depth', () => {
  const nested = (levels: number) => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) as unknown;

  it.each([
    [1, false],
    [64, false],
    [66, true],
    [200_000, true],
  ])('of %d levels is too deep: %s', (levels, deep) => expect(tooDeep(nested(levels))).toBe(deep));
});
