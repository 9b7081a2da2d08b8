import { createHash } from 'node:crypto';
import { interactionId, type Interaction } from '@throughline/contracts';
import type { Account } from '../runtime.contract';
import type { Admitted } from './admission';
import { buildBody } from './build-body';
import { buildEnvelope } from './build-envelope';
import { contentDigest } from './digest';

const TENANT = '7b0c1d9e-5a51-5a7e-9a55-0123456789ab';
const NOW = Date.parse('2026-02-01T00:00:00Z');
const account = { id: 'acc_1', tenant: TENANT, provider: 'generic', channel: 'phone', address: '', secrets: {}, settings: {} } as Account;
const keys = { hash: (purpose: string, text: string | Uint8Array) => createHash('sha256').update(purpose).update(text).digest().subarray(0, 16) };
const admitted: Admitted = { identities: [{ namespace: 'phone', value: '+14155550100', verified: false }], parties: [], claimedAt: NOW - 1000, warnings: [] };
const interaction: Interaction = { kind: 'call', tuple: ['c1', 2], type: 'call.ended', direction: 'outbound', occurredAt: '', identities: [], conversation: 'thread' };

const envelope = (more: Partial<Interaction> = {}, how: Partial<Admitted> = {}, where = account) =>
  buildEnvelope({ ...interaction, ...more }, { ...admitted, ...how }, Buffer.alloc(32), { request: { account: where, provider: 'generic', service: 'ingest' }, keys, now: NOW, producerVersion: '1.0.0' });
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('an envelope', () => {
  it('has the id of its tuple', () => {
    expect(envelope().id).toBe(interactionId(TENANT, 'acc_1', 'call', ['c1', 2]));
  });

  it('counts a time in the future as now and keeps the claim', () => {
    expect(envelope({}, { claimedAt: NOW + 60_000 })).toMatchObject({ claimedAt: BigInt(NOW + 60_000), occurredAt: BigInt(NOW), acceptedAt: BigInt(NOW) });
    expect(envelope()).toMatchObject({ claimedAt: BigInt(NOW - 1000), occurredAt: BigInt(NOW - 1000) });
  });

  it('has one key for one customer, whichever direction and account', () => {
    expect(hex(envelope({ direction: 'inbound' }, {}, { ...account, id: 'acc_2' }).key)).toBe(hex(envelope().key));
  });

  it('has the key of its conversation where she withheld who she is', () => {
    const keyOf = (conversation: string) => hex(envelope({ conversation }, { identities: [] }).key);
    expect(keyOf('a')).toBe(keyOf('a'));
    expect(keyOf('a')).not.toBe(keyOf('b'));
  });

  it('names what it relates to, by tuple or by id', () => {
    const relatesTo = { kind: 'message', tuple: ['m0'] };
    expect(envelope({ relatesTo }).relatesTo).toBe(interactionId(TENANT, 'acc_1', 'message', ['m0']));
    expect(envelope({ relatesTo, relatesToId: 'e1' }).relatesTo).toBe('e1');
  });

  it("has the account's channel, or the interaction's where the account is open", () => {
    expect([envelope({ channel: 'sms' }).channel, envelope({ channel: 'sms' }, {}, { ...account, channel: '' }).channel]).toEqual(['phone', 'sms']);
  });
});

describe('the digest of a content', () => {
  const digest = (more: Partial<Interaction> = {}) => hex(contentDigest(keys, { ...interaction, ...more }, admitted));

  it('is the same whatever the order of the fields and whenever it happened', () => {
    expect(digest({ data: { a: 1, b: 2 }, occurredAt: 'x' })).toBe(digest({ data: { b: 2, a: 1 }, occurredAt: 'y' }));
  });

  it.each([{ type: 'call.missed' }, { direction: 'inbound' }, { content: { text: 'x' } }, { data: {} }, { agent: 'a' }, { conversation: 'other' }] as Partial<Interaction>[])('is another for %j', (more) => {
    expect(digest(more)).not.toBe(digest());
  });
});

describe('a body', () => {
  it('holds data in canonical form and sizes as whole numbers', () => {
    const body = buildBody({ ...interaction, data: { b: 1, a: 'ü' }, content: { attachments: [{ name: 'a.pdf', size: 7 }] } }, admitted, Buffer.alloc(16, 1));
    expect(Buffer.from(body.data).toString()).toBe('{"a":"ü","b":1}');
    expect(body.content!.attachments[0]).toMatchObject({ name: 'a.pdf', size: 7n });
  });
});
