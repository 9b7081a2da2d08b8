import { hubSignature, type AdapterAccount } from '@throughline/channel-kit';
import { adapterContract, post, type SampleFile, type Sign } from '@throughline/channel-kit/testing';
import { whatsapp } from './whatsapp.adapter';
import sampleFile from './whatsapp.samples.json';

const file = sampleFile as unknown as SampleFile;
const account: AdapterAccount = { id: 'acc_whatsapp', address: '1122334455667', secrets: { secret: 'app-secret', verifyToken: 'tok' }, settings: {} };
const sign: Sign = ({ body }, { secrets }) => ({ 'x-hub-signature-256': hubSignature(secrets.secret ?? '', body) });

adapterContract('whatsapp', { adapter: whatsapp, account, samples: file.samples, sign, signsUrl: false });

const RECEIVED = new Date('2026-01-31T09:00:00.000Z');
const METADATA = { phone_number_id: '1122334455667' };
const parse = (body: unknown, by = account) => whatsapp.parse(post('https://x.example/', 'application/json', Buffer.from(JSON.stringify(body))), by, RECEIVED);
const change = (value: object) => ({ field: 'messages', value: { metadata: METADATA, ...value } });
const notification = (...changes: unknown[]) => ({ object: 'whatsapp_business_account', entry: changes.map((each) => ({ id: '1', changes: [each] })) });
const message = (more: object = {}) => ({ from: '14155550100', id: 'wamid.1', timestamp: '1769847330', type: 'text', text: { body: 'hi' }, ...more });
const only = (value: object) => parse(notification(change(value))).interactions[0]!;

describe('one request with much in it', () => {
  it('gives the messages and statuses of every entry, in order', () => {
    const body = notification(
      change({ messages: [message({ id: 'a' }), message({ id: 'b' })] }),
      change({ statuses: [{ id: 'c', status: 'read', timestamp: '1769847330', recipient_id: '14155550100' }] }),
      change({ messages: [message({ id: 'a' })] }),
    );
    expect(parse(body).interactions.map(({ kind, tuple }) => [kind, ...tuple])).toEqual([['message', 'a'], ['message', 'b'], ['status', 'c', 'read'], ['message', 'a']]);
  });
  it('keeps the good where something between is not understood, and says where', () => {
    const result = parse(notification(change({ messages: [message({ id: undefined }), 7, message({ id: 'b' })] }), { field: 'account_update', value: {} }, change({})));
    expect(result.interactions.map(({ tuple }) => tuple)).toEqual([['b']]);
    expect(result.unparsed.map(({ pointer }) => pointer)).toEqual([
      '/entry/0/changes/0/value/messages/0', '/entry/0/changes/0/value/messages/1', '/entry/1/changes/0/field', '/entry/2/changes/0/value',
    ]);
  });
  it('takes nothing of another phone number', () => {
    const result = parse(notification({ field: 'messages', value: { metadata: { phone_number_id: '9' }, messages: [message()] } }));
    expect(result).toMatchObject({ interactions: [], unparsed: [{ pointer: '/entry/0/changes/0/value/metadata/phone_number_id' }] });
  });
  it('takes any phone number on an account without an address', () => {
    const body = notification({ field: 'messages', value: { metadata: { phone_number_id: '9' }, messages: [message()] } });
    expect(parse(body, { ...account, address: '' }).interactions).toHaveLength(1);
  });
});

describe('a body that is no notification', () => {
  const pointer = (at: string) => expect.objectContaining({ slug: 'malformed', status: 400, errors: [expect.objectContaining({ pointer: at })] });

  it('is malformed for another object, naming the field', () => expect(() => parse({ object: 'page', entry: [] })).toThrow(pointer('/object')));
  it('is malformed without entries, naming the field', () => expect(() => parse({ object: 'whatsapp_business_account' })).toThrow(pointer('/entry')));
  it('is malformed where it is no JSON', () => expect(() => whatsapp.parse(post('https://x.example/', 'application/json', Buffer.from('{')), account, RECEIVED)).toThrow(pointer('')));
});

describe('the customer', () => {
  it('is her number first and her user id beside it, both proven', () =>
    expect(only({ messages: [message({ from_user_id: 'US.1' })] }).identities).toEqual([
      { namespace: 'phone', value: '+14155550100', verified: true },
      { namespace: 'whatsapp-user', value: 'US.1', verified: true },
    ]));
  it('is never given the user id of another contact', () => {
    const contacts = [{ wa_id: '14155550111', user_id: 'US.2' }];
    const messages = [message({ id: 'a' }), message({ id: 'b', from: '14155550111' })];
    const [a, b] = parse(notification(change({ contacts, messages }))).interactions;
    expect(a!.identities).toEqual([{ namespace: 'phone', value: '+14155550100', verified: true }]);
    expect(b!.identities).toHaveLength(2);
  });
  it('is not found in the cards she shares', () =>
    expect(only({ messages: [message({ type: 'contacts', contacts: [{ phones: [{ wa_id: '14155550177' }] }] })] }).identities).toHaveLength(1));
  it('keeps one conversation over messages and the statuses of ours', () =>
    expect(only({ messages: [message()] }).conversation).toBe(only({ statuses: [{ id: 'c', status: 'read', recipient_id: '14155550100' }] }).conversation));
});

describe('odd messages', () => {
  it('fall back on the time of receipt', () => expect(only({ messages: [message({ timestamp: 'soon' })] }).occurredAt).toBe(RECEIVED.toISOString()));
  it('of an unknown type are kept with their payload', () =>
    expect(only({ messages: [message({ type: 'hologram', hologram: { depth: 3 } })] })).toMatchObject({ type: 'message.received', data: { messageType: 'hologram', payload: { depth: 3 } } }));
  it.each(['constructor', '__proto__', 'toString'])('whose type is %s find no payload', (type) =>
    expect(only({ messages: [{ ...message(), type }] }).data).toEqual({ messageType: type }));
  it('with a number change to nobody are kept as a notice', () =>
    expect(only({ messages: [message({ type: 'system', system: { type: 'user_changed_number' } })] }).type).toBe('system.notified'));
});

describe('the subscription challenge', () => {
  const ask = (query: string) => {
    const url = `https://x.example/v1/webhooks/whatsapp/acc_whatsapp?${query}`;
    return whatsapp.handshake({ method: 'GET', url, query: new URL(url).searchParams, headers: {}, body: Buffer.alloc(0) }, account);
  };
  it('is echoed as text for the right token', () =>
    expect(ask('hub.mode=subscribe&hub.verify_token=tok&hub.challenge=1158201444')).toEqual({ status: 200, contentType: 'text/plain; charset=utf-8', body: '1158201444' }));
  it('is not echoed for another token', () => expect(ask('hub.mode=subscribe&hub.verify_token=nope&hub.challenge=1')).toBeUndefined());
});
