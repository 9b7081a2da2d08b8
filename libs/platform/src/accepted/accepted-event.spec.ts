import { createHash } from 'node:crypto';
import type { AcceptedInteraction } from '@throughline/contracts';
import { eventOf } from './accepted-event';

const TENANT = '7b0c1d9e-5a51-5a7e-9a55-0123456789ab';
const NOW = Date.parse('2026-02-01T00:00:00Z');
const keys = { tenant: TENANT, hash: (purpose: string, text: string | Uint8Array) => createHash('sha256').update(purpose).update(text).digest().subarray(0, 16) };
const accepted: AcceptedInteraction = {
  ...{ id: '0b0c1d9e-5a51-5a7e-9a55-0123456789ab', type: 'call.ended', account: 'acc_1', channel: 'phone', direction: 'outbound', provider: 'generic' },
  ...{ producer: 'ingest', producerVersion: '1.0.0', claimedAt: NOW - 1000, acceptedAt: NOW, conversation: 'thread' },
  identities: [{ namespace: 'phone', value: '+14155550100', verified: false }],
};
const event = (more: Partial<AcceptedInteraction> = {}, salt: Buffer = Buffer.alloc(16, 1)) => eventOf({ ...accepted, ...more }, { keys, key: Buffer.alloc(16, 7), salt });
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('the envelope of an accepted interaction', () => {
  it('counts a time in the future as that of the acceptance and keeps the claim', () => {
    expect(event({ claimedAt: NOW + 60_000 }).envelope).toMatchObject({ claimedAt: BigInt(NOW + 60_000), occurredAt: BigInt(NOW), acceptedAt: BigInt(NOW) });
    expect(event().envelope).toMatchObject({ claimedAt: BigInt(NOW - 1000), occurredAt: BigInt(NOW - 1000) });
  });

  it('names a conversation by its hash in its account', () => {
    const conversation = (more: Partial<AcceptedInteraction>) => hex(event(more).envelope.conversation);
    expect(conversation({})).not.toBe(conversation({ account: 'acc_2' }));
    expect(conversation({})).not.toContain(hex(Buffer.from('thread')));
    expect(conversation({ conversation: undefined })).toBe('');
  });

  it('commits to the body, whose salt makes it another commitment each time', () => {
    expect(hex(event().envelope.commitment)).toBe(hex(event().envelope.commitment));
    expect(hex(event().envelope.commitment)).not.toBe(hex(event({}, Buffer.alloc(16, 2)).envelope.commitment));
  });
});

describe('the digest of a content', () => {
  const digest = (more: Partial<AcceptedInteraction> = {}, salt?: Buffer) => hex(event(more, salt).digest);

  it('is the same whatever the salt and the order of the fields, and whenever it happened', () => {
    expect(digest({ data: { a: 1, b: 2 }, providerIds: { x: '1', y: '2' }, claimedAt: 1 })).toBe(digest({ data: { b: 2, a: 1 }, providerIds: { y: '2', x: '1' }, acceptedAt: 5 }, Buffer.alloc(16, 9)));
  });

  it('is the same though the raw input lies in another blob', () => {
    const rawBlob = (digit: string) => `${digit}b0c1d9e-5a51-5a7e-9a55-0123456789ab`;
    expect(digest({ rawBlob: rawBlob('1') })).toBe(digest({ rawBlob: rawBlob('2') }));
    expect(digest({ rawBlob: rawBlob('1') })).toBe(digest());
  });

  it.each([{ type: 'call.missed' }, { direction: 'inbound' }, { content: { text: 'x' } }, { data: {} }, { agent: 'a' }, { conversation: 'other' }, { relatesTo: 'e1' }, { providerIds: { id: '1' } }] as Partial<AcceptedInteraction>[])('is another for %j', (more) => {
    expect(digest(more)).not.toBe(digest());
  });
});

describe('the body of an accepted interaction', () => {
  it('holds data in canonical form and sizes as whole numbers', () => {
    const { body } = event({ data: { b: 1, a: 'ü' }, content: { attachments: [{ name: 'a.pdf', size: 7 }] } });
    expect(Buffer.from(body.data).toString()).toBe('{"a":"ü","b":1}');
    expect(body.content!.attachments[0]).toMatchObject({ name: 'a.pdf', size: 7n });
  });
});
