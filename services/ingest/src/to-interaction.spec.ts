import type { PostedInteraction } from './posted-interaction';
import { toInteraction } from './to-interaction';

const posted: PostedInteraction = {
  id: 'gw7-000123',
  account: 'acc_main',
  type: 'call.ended',
  direction: 'inbound',
  occurredAt: '2026-01-31t08:15:30.123z',
  identities: [{ namespace: 'phone', value: '+14155550100', verified: true }, { namespace: 'email', value: 'a@b.example', verified: false }],
};

describe('a posted interaction', () => {
  it("is identified by the gateway's id and says it as its provider id", () => {
    expect(toInteraction(posted, 'phone')).toEqual({
      kind: 'interaction',
      tuple: ['gw7-000123'],
      type: 'call.ended',
      direction: 'inbound',
      occurredAt: '2026-01-31T08:15:30.123Z',
      identities: [{ namespace: 'phone', value: '+14155550100', verified: true }, { namespace: 'email', value: 'a@b.example' }],
      providerIds: { id: 'gw7-000123' },
    });
  });

  it('takes null for nothing said', () => {
    const nulls = { conversation: null, inReplyTo: null, content: null, data: null, agent: null, channel: null };
    expect(toInteraction({ ...posted, ...nulls }, 'phone')).toEqual(toInteraction(posted, 'phone'));
    expect(toInteraction({ ...posted, content: { text: 'x', html: null, attachments: null } }, 'phone').content).toEqual({ text: 'x' });
  });

  it('relates to the interaction with the id it replies to', () => {
    expect(toInteraction({ ...posted, inReplyTo: 'gw7-000120' }, 'phone').relatesTo).toEqual({ kind: 'interaction', tuple: ['gw7-000120'] });
  });

  it('is self-service on an account open to several channels, where it names none', () => {
    expect([toInteraction(posted, '').channel, toInteraction({ ...posted, channel: 'in-store' }, '').channel, toInteraction(posted, 'phone').channel]).toEqual(['self-service', 'in-store', undefined]);
  });

  it('writes the sum of an attachment in lower case', () => {
    const sha256 = 'AB'.repeat(32);
    expect(toInteraction({ ...posted, content: { attachments: [{ name: 'a.pdf', sha256, size: null }] } }, 'email').content).toEqual({ attachments: [{ name: 'a.pdf', sha256: 'ab'.repeat(32) }] });
  });
});
