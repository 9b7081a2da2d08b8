import { KNOWN_TYPES } from '@throughline/contracts';
import fc from 'fast-check';
import { checkPosted } from './check-posted';

const posted = (more: object = {}) => ({ id: '1', account: 'a', type: 'call.ended', direction: 'inbound', occurredAt: '2026-01-31T08:15:30.123Z', identities: [], ...more });
const codes = (item: unknown, under = '') => {
  try {
    checkPosted(item, under);
    return [];
  } catch (error) {
    return (error as { errors: { pointer: string; code: string }[] }).errors.map(({ pointer, code }) => `${pointer} ${code}`);
  }
};

describe('the form of a posted interaction', () => {
  it('may have any data for any type, where the known fields fit', () => {
    fc.assert(fc.property(fc.constantFrom(...KNOWN_TYPES, 'thing.invented'), fc.dictionary(fc.string({ minLength: 20 }), fc.jsonValue()), (type, data) => expect(codes(posted({ type, data }))).toEqual([])));
  });

  it.each([
    ['call.ended', { durationMs: -1 }, ['/data/durationMs minimum']],
    ['purchase.made', { total: { amount: 12.5, currency: 'EUR' } }, ['/data/total/amount type']],
    ['identity.changed', { from: { namespace: 'phone' } }, ['/data/from/value required']],
    ['thing.invented', { durationMs: -1 }, []],
  ])('asks of the data of %s what its schema says: %j', (type, data, expected) => expect(codes(posted({ type, data }))).toEqual(expected));

  it.each(['2026-01-31', '2026-01-31T08:15', '2026-13-01T00:00:00Z', '2026-02-29T00:00:00Z', '2026-04-31T00:00:00Z', '2100-02-29T00:00:00Z', '2026-01-31T24:00:00Z', '2026-01-31T08:15:30', 'now'])('takes %s for no time', (occurredAt) => {
    expect(codes(posted({ occurredAt }))).toEqual(['/occurredAt matches']);
  });

  it.each(['2026-01-31T08:15:30Z', '0000-02-29T00:00:00Z', '2000-02-29T00:00:00Z', '2028-02-29T08:15:30.123456789Z', '2026-01-31T08:15:30+14:00'])('takes %s for a time', (occurredAt) => expect(codes(posted({ occurredAt }))).toEqual([]));

  it('has at most 256 characters of id', () => {
    expect([codes(posted({ id: 'x'.repeat(256) })), codes(posted({ id: 'x'.repeat(257) })), codes(posted({ id: '' })), codes(posted({ id: 7 }))]).toEqual([[], ['/id isLength'], ['/id isLength'], ['/id isString']]);
  });

  it('points under where the item stands', () => {
    expect(codes(posted({ agent: 7 }), '/data')).toEqual(['/data/agent isString']);
  });
});
