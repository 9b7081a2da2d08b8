import { interactionId, isRefusal, normaliseIdentity } from '@throughline/contracts';
import { checkPosted } from './check-posted';

// JSON may escape half a character (a text cut in the middle of an emoji). UTF-8 cannot write one, so all of them became the same U+FFFD: two
// posts whose ids differed in it alone were one interaction, of which the second was answered 202 and lost, and two customers were one.

const [one, other] = ['order-\ud83d', 'order-\ud83e'];
const posted = (more: object) => ({ id: '1', account: 'a', type: 'call.ended', direction: 'inbound', occurredAt: '2026-01-31T08:15:30.123Z', identities: [], ...more });
const idOf = (id: string) => interactionId('7b0c1d9e-5a51-5a7e-9a55-0123456789ab', 'a', 'interaction', [id]);

describe('half a character', () => {
  it('is no part of an id, since it could not be told from another', () => {
    expect(idOf(one!)).toBe(idOf(other!));
    expect(() => checkPosted(posted({ id: one }), '')).toThrow(expect.objectContaining({ status: 400, errors: [expect.objectContaining({ pointer: '/id', code: 'matches' })] }));
    expect(() => checkPosted(posted({ id: 'order-😀\n' }), '')).not.toThrow();
  });

  it('is no part of a name', () => {
    expect(isRefusal(normaliseIdentity({ namespace: 'crm', value: one! }))).toBe(true);
    expect(normaliseIdentity({ namespace: 'crm', value: 'order-😀' })).toEqual({ namespace: 'crm', value: 'order-😀' });
  });
});
