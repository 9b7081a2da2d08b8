import fc from 'fast-check';
import { claimedTime } from './time';

describe('a claimed time', () => {
  const receipt = new Date('2026-01-31T08:15:30.123Z');
  it('is kept to the millisecond', () => expect(claimedTime(1_769_847_330_001, receipt)).toBe('2026-01-31T08:15:30.001Z'));
  it.each([NaN, Infinity, -1, 253_402_300_800_000])('gives way to the time of receipt where it is %p', (claim) => expect(claimedTime(claim, receipt)).toBe('2026-01-31T08:15:30.123Z'));
  it('is RFC 3339 with four digits of year, whatever the number', () =>
    fc.assert(fc.property(fc.double(), (claim) => expect(claimedTime(claim, receipt)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/))));
});
