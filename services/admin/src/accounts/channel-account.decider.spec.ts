import fc from 'fast-check';
import { accountErrors, normalAddress, patched, type AccountDetails } from './channel-account.decider';

const account: AccountDetails = {
  id: 'acc_1',
  provider: 'whatsapp',
  channel: 'social',
  address: '123',
  secrets: { secret: 'one', verifyToken: 'two' },
  settings: { greeting: 'hi', origins: ['https://a.example'] },
};

describe('a change of an account', () => {
  it('leaves what it does not name', () => {
    expect(patched(account, {})).toEqual(account);
  });

  it('changes secrets and settings name by name, and null takes one away', () => {
    const { secrets, settings } = patched(account, { secrets: { secret: 'new', verifyToken: null }, settings: { greeting: null, theme: 'dark' } });
    expect(secrets).toEqual({ secret: 'new' });
    expect(settings).toEqual({ origins: ['https://a.example'], theme: 'dark' });
  });

  it('takes channel and address away by null', () => {
    expect(patched(account, { channel: null, address: null })).toMatchObject({ channel: '', address: '' });
  });

  it('never touches id and provider', () => {
    const patch = { id: 'other', provider: 'other', address: '456' };
    expect(patched(account, patch)).toMatchObject({ id: 'acc_1', provider: 'whatsapp', address: '456' });
  });
});

describe('an address', () => {
  it('is in lower case where it is a mailbox, else as the provider writes it', () => {
    expect(normalAddress({ provider: 'smtp', channel: 'email' }, ' Support@Demo.EXAMPLE ')).toBe('support@demo.example');
    expect(normalAddress({ provider: 'web-chat', channel: 'web-chat' }, ' site_AbC ')).toBe('site_AbC');
    for (const domain of ['bücher.example', 'BÜCHER.example', 'xn--bcher-kva.example']) expect(normalAddress({ provider: 'smtp', channel: 'email' }, `support@${domain}`)).toBe('support@bücher.example');
    expect(normalAddress({ provider: 'smtp', channel: 'email' }, 'support@a b')).toBe('support@a b');
  });

  it('written in its form stays so', () => {
    fc.assert(fc.property(fc.constantFrom('smtp', 'twilio-voice'), fc.string(), (provider, text) => {
      const once = normalAddress({ provider, channel: '' }, text);
      expect(normalAddress({ provider, channel: '' }, once)).toBe(once);
    }));
  });
});

describe('what is wrong with an account', () => {
  it('is nothing where its secrets are named texts and its settings short', () => {
    expect(accountErrors(account)).toEqual([]);
  });

  it.each([[''], [1], [null], [{}], ['x'.repeat(4_097)]])('is a secret that is %p', (value) => {
    const secrets = { secret: value } as unknown as Record<string, string>;
    expect(accountErrors({ ...account, secrets })).toMatchObject([{ pointer: '/secrets/secret', code: 'secret' }]);
  });

  it('is a secret without a good name, and neither name nor value is repeated', () => {
    const errors = accountErrors({ ...account, secrets: { 'tl-s3cret!': 'hunter2' } });
    expect(errors).toMatchObject([{ pointer: '/secrets', code: 'name' }]);
    expect(JSON.stringify(errors)).not.toMatch(/s3cret|hunter2/);
  });

  it('is an address with half a character: what was written would be another one', () => {
    expect(accountErrors({ ...account, address: 'site-\ud83d' })).toMatchObject([{ pointer: '/address', code: 'text' }]);
  });

  it('is more than 20 secrets, or settings of more than 16,384 characters', () => {
    const secrets = Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`s${i}`, 'x']));
    expect(accountErrors({ ...account, secrets, settings: { text: 'x'.repeat(16_384) } })).toMatchObject([{ code: 'count' }, { code: 'size' }]);
  });
});
