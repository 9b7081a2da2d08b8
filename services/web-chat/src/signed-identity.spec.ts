import { createHmac } from 'node:crypto';
import { claimOf } from './signed-identity';

const sign = (text: string, secret = 'site secret') => createHmac('sha256', secret).update(text).digest('hex');
const email = { namespace: 'email', value: 'kim@example.com' };
const claim = (statement: unknown, secret: string | undefined = 'site secret') => claimOf(statement, 'visitor_1', secret);

describe('what a site says of its visitor', () => {
  it('is a hint without a signature', () => {
    expect(claim(email)).toEqual({ ...email, verified: false });
  });

  it('is vouched for with the signature of its back end', () => {
    expect(claim({ ...email, signature: sign('visitor_1|email:kim@example.com') })).toEqual({ ...email, verified: true });
  });

  it.each([
    ['for another visitor', { ...email, signature: sign('visitor_2|email:kim@example.com') }],
    ['for another identity', { ...email, signature: sign('visitor_1|email:eve@example.com') }],
    ['by another secret', { ...email, signature: sign('visitor_1|email:kim@example.com', 'guess') }],
    ['cut short', { ...email, signature: sign('visitor_1|email:kim@example.com').slice(0, 32) }],
    ['that is no text', { ...email, signature: 1 }],
  ])('is refused with a signature %s, not kept as a hint', (_, statement) => {
    expect(() => claim(statement)).toThrow(expect.objectContaining({ kind: 'unauthorized', slug: 'signature' }));
  });

  it('is refused where the account has no secret to check it by', () => {
    expect(() => claimOf({ ...email, signature: sign('visitor_1|email:kim@example.com', '') }, 'visitor_1', undefined)).toThrow(expect.objectContaining({ kind: 'unauthorized' }));
  });

  it.each([[undefined], [{}], [{ namespace: 'email', value: 'no address' }], [{ namespace: 'web-visitor', value: 'acc:visitor_2' }], ['email']])('is malformed where it names nobody, or another visitor: %j', (statement) => {
    expect(() => claim(statement)).toThrow(expect.objectContaining({ status: 400 }));
  });
});
