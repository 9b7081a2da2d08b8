import fc from 'fast-check';
import { formatIdentity, isRefusal, isWithheld, normaliseIdentity, parseIdentity } from './identity';

const normal = (namespace: string, value: string, region?: string) => {
  const result = normaliseIdentity({ namespace, value }, region);
  return isRefusal(result) ? result.code : formatIdentity(result);
};

describe('a phone identity', () => {
  it.each([
    ['+1 (415) 555-0100', 'phone:+14155550100'],
    ['whatsapp:+14155550100', 'phone:+14155550100'],
    ['tel:+14155550100', 'phone:+14155550100'],
    ['sip:+14155550100@gateway.example', 'phone:+14155550100'],
  ])('writes %s in its one form', (value, expected) => expect(normal('phone', value)).toBe(expected));

  it('assumes the tenant region where no country code is written', () => {
    expect(normal('phone', '020 7946 0018', 'GB')).toBe('phone:+442079460018');
  });

  it('is refused without a country code where no region is known', () => {
    expect(normal('phone', '020 7946 0018')).toBe('phone');
  });

  it.each(['anonymous', 'Restricted', '+266696687'])('knows %s as a withheld caller', (value) => expect(isWithheld(value)).toBe(true));

  it('does not take a full number for a withheld one', () => expect(isWithheld('+14155550100')).toBe(false));
});

describe('an e-mail identity', () => {
  it.each([
    ['Ann.Example@Shop.EXAMPLE', 'email:ann.example@shop.example'],
    ['ann@bücher.example', 'email:ann@xn--bcher-kva.example'],
    ['ann@shop.example.', 'email:ann@shop.example'],
  ])('writes %s in its one form', (value, expected) => expect(normal('email', value)).toBe(expected));

  it.each(['ann', '@shop.example', 'ann@', 'a b@shop.example', 'ann@shop.example/path', 'ann@shop.example:25'])('refuses %s', (value) =>
    expect(normal('email', value)).toBe('email'),
  );
});

describe('any identity', () => {
  it('keeps the case of a provider id', () => expect(normal('messenger', 'Page1:AbC')).toBe('messenger:Page1:AbC'));

  it('reads its namespace without regard to case', () => expect(normal(' CRM ', 'Org-1:42')).toBe('crm:Org-1:42'));

  it('is read back from its text, split at the first colon', () => {
    expect(parseIdentity('crm:Org-1:42')).toEqual({ namespace: 'crm', value: 'Org-1:42' });
    expect(parseIdentity('no colon')).toBeUndefined();
  });

  it.each([
    ['a space in the namespace', 'a b', 'x', 'namespace'],
    ['a colon in the namespace', 'a:b', 'x', 'namespace'],
    ['an empty value', 'crm', '  ', 'empty'],
    ['a long value', 'crm', 'x'.repeat(513), 'too-long'],
    ['control characters', 'crm', 'a\u0000b', 'characters'],
  ])('refuses %s', (_, namespace, value, code) => expect(normal(namespace, value)).toBe(code));

  it('never throws, and normalising twice changes nothing', () => {
    fc.assert(
      fc.property(fc.constantFrom('phone', 'email', 'crm', 'web-visitor'), fc.string({ unit: 'binary' }), (namespace, value) => {
        const once = normaliseIdentity({ namespace, value });
        if (!isRefusal(once)) expect(normaliseIdentity(once)).toEqual(once);
      }),
    );
  });

  it('normalises generated phone numbers and addresses to a fixed point', () => {
    const phone = fc.integer({ min: 2_000_000, max: 9_999_999 }).map((n) => ({ namespace: 'phone', value: `+1 415 ${n}` }));
    const email = fc.emailAddress().map((value) => ({ namespace: 'email', value }));
    fc.assert(
      fc.property(fc.oneof(phone, email), (claim) => {
        const once = normaliseIdentity(claim);
        if (!isRefusal(once)) expect(normaliseIdentity(once)).toEqual(once);
      }),
    );
  });
});
