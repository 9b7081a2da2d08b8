import type { Interaction } from '@throughline/contracts';
import { admit } from './admission';

const interaction = (more: Partial<Interaction> = {}): Interaction => ({
  kind: 'message',
  tuple: ['m1'],
  type: 'message.received',
  direction: 'inbound',
  occurredAt: '2026-01-31T08:15:30.123Z',
  identities: [{ namespace: 'phone', value: '(415) 555-0100' }],
  ...more,
});
const nobody = { region: 'US', mayVouch: () => false };

describe('admission', () => {
  it('brings identities into their one form, with the tenant\'s region', () => {
    expect(admit(interaction(), nobody)).toMatchObject({ identities: [{ namespace: 'phone', value: '+14155550100', verified: false }], warnings: [] });
  });

  it('refuses an identity that names nobody, and points at it', () => {
    expect(admit(interaction({ identities: [{ namespace: 'email', value: 'a@b.example' }, { namespace: 'email', value: 'x' }] }), nobody)).toMatchObject({ errors: [{ pointer: '/identities/1/value', code: 'email' }] });
  });

  it('drops a claim that nobody may vouch for, with a warning, and keeps one that may be', () => {
    const identities = [{ namespace: 'email', value: 'a@b.example', verified: true }, { namespace: 'crm', value: '7', verified: true }];
    expect(admit(interaction({ identities }), { mayVouch: (namespace) => namespace === 'crm' })).toMatchObject({
      identities: [{ verified: false }, { verified: true }],
      warnings: [{ pointer: '/identities/0/verified', code: 'not-vouched' }],
    });
  });

  it('asks for a customer or a conversation', () => {
    expect(admit(interaction({ identities: [] }), nobody)).toMatchObject({ errors: [{ pointer: '/identities', code: 'required' }] });
    expect(admit(interaction({ identities: [], conversation: 'c' }), nobody)).toMatchObject({ identities: [] });
  });

  it('keeps a party whose identity names nobody by her name', () => {
    const parties = [{ role: 'cc', name: 'Ada', identity: { namespace: 'email', value: 'x' } }];
    expect(admit(interaction({ parties }), nobody)).toMatchObject({ parties: [{ role: 'cc', name: 'Ada' }] });
  });

  it.each(['0000-01-01T00:00:00+14:00', '9999-12-31T23:59:59-14:00'])('refuses a time that UTC cannot say in four digits: %s', (occurredAt) => {
    expect(admit(interaction({ occurredAt }), nobody)).toMatchObject({ errors: [{ pointer: '/occurredAt', code: 'time' }] });
  });

  it('refuses a type and a time that are none', () => {
    expect(admit(interaction({ type: 'Message', occurredAt: 'soon' }), nobody)).toMatchObject({ errors: [{ pointer: '/type' }, { pointer: '/occurredAt' }] });
  });
});
