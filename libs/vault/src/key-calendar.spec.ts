import fc from 'fast-check';
import { calendarKeyId, comingKeyIds, currentKeyIds, dayEnd, keyTimes } from './key-calendar';

const at = (text: string) => Date.parse(text);
const times = fc.date({ min: new Date('2020-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }).map((date) => date.getTime());

describe('the key calendar', () => {
  it('names epochs by the UTC day and raw keys by the UTC month', () => {
    expect(currentKeyIds(at('2026-01-31T23:59:59.999Z'))).toEqual(['epoch:2026-01-31', 'raw:2026-01']);
    expect(comingKeyIds(at('2026-01-31T23:59:59.999Z'))).toEqual(['epoch:2026-02-01', 'raw:2026-02']);
  });

  it('asks for the same keys until the day ends, and then for others', () => {
    fc.assert(
      fc.property(times, (now) => {
        const end = dayEnd(now);
        const needed = (time: number) => [...currentKeyIds(time), ...comingKeyIds(time)];
        expect(end).toBeGreaterThan(now);
        expect(needed(end - 1)).toEqual(needed(now));
        expect(needed(end)).not.toEqual(needed(now));
      }),
    );
  });

  it('lets an epoch seal until five minutes after its day, and keeps it for 15 days more', () => {
    expect(keyTimes('epoch:2026-01-31')).toEqual({ sealUntil: at('2026-02-01T00:05:00Z'), destroyAfter: at('2026-02-16T00:05:00Z') });
  });

  it('keeps a raw key for 90 days after its month', () => {
    expect(keyTimes('raw:2026-12')).toEqual({ sealUntil: at('2027-01-01T00:05:00Z'), destroyAfter: at('2027-04-01T00:05:00Z') });
  });

  it('gives the parts of a key the times of the key', () => {
    expect(keyTimes('epoch:2026-01-31.12')).toEqual(keyTimes('epoch:2026-01-31'));
    expect(keyTimes('raw:2026-12.1')).toEqual(keyTimes('raw:2026-12'));
  });

  it.each(['config:1', 'hash:1', 'slot:profile.3'])('never ends %s', (id) => {
    expect(keyTimes(id)).toEqual({ sealUntil: Infinity, destroyAfter: Infinity });
  });

  it('always names a key that may still seal', () => {
    fc.assert(
      fc.property(times, fc.constantFrom('epoch' as const, 'raw' as const), (now, purpose) =>
        expect(keyTimes(calendarKeyId(purpose, now)).sealUntil).toBeGreaterThan(now),
      ),
    );
  });
});
