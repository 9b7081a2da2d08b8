import { canonical, parting } from './answers.mjs';

const answers = () => ({
  profile: { customerId: 'c1', version: 2, identities: [{ namespace: 'phone', value: '+1', verified: true, linkedAt: 't', linkedBy: 'i' }, { namespace: 'email', value: 'a@b', verified: true, linkedAt: 't', linkedBy: 'i' }] },
  items: [{ id: 'i1', occurredAt: 't1', recordedAt: 't2', position: '1.2.3', content: { text: 'x' } }],
});

describe('what two products said, compared', () => {
  it('is the same where only the order of arrival differed', () => {
    const other = answers();
    other.profile.customerId = 'c2';
    other.profile.identities.reverse();
    Object.assign(other.profile.identities[0]!, { linkedAt: 'later', linkedBy: 'other' });
    Object.assign(other.items[0]!, { recordedAt: 'later', position: '1.9.9' });
    expect(canonical(other, undefined)).toBe(canonical(answers(), undefined));
  });

  it.each([
    ['an item is missing', { items: [] }],
    ['a content differs', { items: [{ ...answers().items[0], content: { text: 'y' } }] }],
    ['an interaction has another id', { items: [{ ...answers().items[0], id: 'i2' }] }],
    ['a profile has another version', { profile: { ...answers().profile, version: 3 } }],
  ])('differs where %s', (_, change) => {
    expect(canonical({ ...answers(), ...change }, undefined)).not.toBe(canonical(answers(), undefined));
  });

  it('is the same for another visitor drawn by the server', () => {
    const of = (visitor: string) => canonical({ ...answers(), items: [{ ...answers().items[0]!, id: visitor, identity: visitor }] }, { visitor });
    expect(of('site:aaa')).toBe(of('site:bbb'));
  });

  it('says where two part', () => {
    expect(parting('abcd', 'abxd')).toBe('at 2: ...abcd... against ...abxd...');
  });
});
