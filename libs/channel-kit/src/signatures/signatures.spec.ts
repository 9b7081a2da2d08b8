import fc from 'fast-check';
import { equalConstantTime, hubChallenge, hubSignature, parseForm, verifyHubSignature } from '../index';

describe('constant-time comparison', () => {
  it('says of any two texts what === says, but for empty ones', () =>
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => equalConstantTime(a, b) === (a === b && a !== '') && equalConstantTime(a, a) === (a !== ''))));
  it('accepts nothing where a side is missing', () => {
    expect(equalConstantTime(undefined, undefined)).toBe(false);
    expect(equalConstantTime('', '')).toBe(false);
    expect(equalConstantTime('a', undefined)).toBe(false);
  });
});

describe('form', () => {
  it('keeps every value of a repeated key, in order', () => expect(parseForm(Buffer.from('a=2&b=%2B1&a=1&a=2')).get('a')).toEqual(['2', '1', '2']));
  it('reads plus as space and %2B as plus', () => expect(parseForm(Buffer.from('a=x+y%2B')).get('a')).toEqual(['x y+']));
  it('gives an answer for any bytes', () =>
    fc.assert(fc.property(fc.uint8Array(), (bytes) => parseForm(Buffer.from(bytes)) instanceof Map)));
});

describe('hub signature', () => {
  // RFC 4231, test case 2.
  const secret = 'Jefe';
  const body = Buffer.from('what do ya want for nothing?');
  const known = 'sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';

  it('fits the vector of RFC 4231', () => expect(hubSignature(secret, body)).toBe(known));
  it('is accepted as it is', () => expect(verifyHubSignature(secret, body, known)).toBe(true));
  it('is refused in upper case, without its prefix, and without a secret', () => {
    expect(verifyHubSignature(secret, body, known.toUpperCase())).toBe(false);
    expect(verifyHubSignature(secret, body, known.slice(7))).toBe(false);
    expect(verifyHubSignature('', body, hubSignature('', body))).toBe(false);
  });
});

describe('hub challenge', () => {
  const ask = (query: string, token: string | undefined = 'tok') => hubChallenge(new URLSearchParams(query), token);

  it('echoes the challenge of a subscription with the right token', () =>
    expect(ask('hub.mode=subscribe&hub.verify_token=tok&hub.challenge=1158201444')).toBe('1158201444'));
  it.each([
    ['another token', 'hub.mode=subscribe&hub.verify_token=tokk&hub.challenge=1'],
    ['no token', 'hub.mode=subscribe&hub.challenge=1'],
    ['another mode', 'hub.mode=unsubscribe&hub.verify_token=tok&hub.challenge=1'],
    ['a doubled token', 'hub.mode=subscribe&hub.verify_token=x&hub.verify_token=tok&hub.challenge=1'],
    ['no challenge', 'hub.mode=subscribe&hub.verify_token=tok'],
  ])('refuses %s', (_, query) => expect(ask(query)).toBeUndefined());
  it('refuses an empty token on an account without one', () => expect(hubChallenge(new URLSearchParams('hub.mode=subscribe&hub.verify_token=&hub.challenge=1'), undefined)).toBeUndefined());
});
