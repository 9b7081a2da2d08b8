import fc from 'fast-check';
import { createHmac } from 'node:crypto';
import { newVisitor, visitorOf, visitorToken } from './visitor-token';

const keysOf = (tenant: string) => ({
  hash: (purpose: string, text: string | Uint8Array) => createHmac('sha256', tenant).update(`${purpose}|`).update(text).digest().subarray(0, 16),
});
const keys = keysOf('tenant a');
const visitor = newVisitor();
const token = visitorToken(keys, 'acc_site', visitor);

describe('a visitor token', () => {
  it('names the visitor it was issued to', () => {
    expect(visitorOf(keys, 'acc_site', token)).toBe(visitor);
  });

  it.each([
    ['on another account', visitorOf(keys, 'acc_other', token)],
    ['under another tenant', visitorOf(keysOf('tenant b'), 'acc_site', token)],
    ['with the signature of another visitor', visitorOf(keys, 'acc_site', `${visitor}.${visitorToken(keys, 'acc_site', newVisitor()).split('.')[1]}`)],
    ['without a signature', visitorOf(keys, 'acc_site', visitor)],
    ['with a shorter signature', visitorOf(keys, 'acc_site', token.slice(0, -1))],
    ['with a longer signature', visitorOf(keys, 'acc_site', `${token}A`)],
  ])('names nobody %s', (_, found) => {
    expect(found).toBeUndefined();
  });

  it('names nobody when it was not issued by us, whatever it says', () => {
    fc.assert(fc.property(fc.string(), fc.base64String(), (first, second) => visitorOf(keys, 'acc_site', first) === undefined && visitorOf(keys, 'acc_site', `${visitor}.${second}`) === undefined));
  });
});
