import { interactionId, type AcceptedInteraction } from '@throughline/contracts';
import { eventOf } from '@throughline/platform';
import { createHash, randomUUID } from 'node:crypto';
import { identified, type Visit } from './web-chat.adapter';

// A site tells on every connection who its visitor is. Said in a second session of hers it was the same interaction with another content,
// since the content named the session: each time another dead letter with cause `conflict`.

const tenant = randomUUID();
const keys = { tenant, hash: (_: string, text: string | Uint8Array) => createHash('sha256').update(text).digest() };
const acceptance = { account: 'acc_site', channel: 'web-chat', provider: 'web-chat', producer: 'web-chat', producerVersion: '', claimedAt: 0, acceptedAt: 0 };

function saidIn(conversation: string) {
  const visit: Visit = { account: 'acc_site', visitor: 'visitor_1', conversation, at: new Date() };
  const interaction = identified({ namespace: 'email', value: 'mei@customer.example', verified: true }, visit);
  const id = interactionId(tenant, visit.account, interaction.kind, interaction.tuple);
  const accepted = { ...acceptance, ...interaction, id, relatesTo: '' } as AcceptedInteraction;
  const { digest } = eventOf(accepted, { keys, key: Buffer.alloc(16), salt: Buffer.alloc(16) });
  return { id, digest: Buffer.from(digest) };
}

it('who a visitor is, said again in another session of hers, is the same content under the same id', () => {
  expect(saidIn('visitor_1/second')).toEqual(saidIn('visitor_1'));
});
