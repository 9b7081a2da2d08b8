import { adapterContract, post, type SampleFile, type Sign } from '@throughline/channel-kit/testing';
import { parseForm, type AdapterAccount } from '@throughline/channel-kit';
import { twilioSignature } from './twilio-signature';
import { twilioVoice } from './twilio-voice.adapter';
import sampleFile from './twilio-voice.samples.json';

const file = sampleFile as SampleFile;
const account: AdapterAccount = { id: 'acc_phone', address: '+14155550199', secrets: { secret: 'token' }, settings: {} };
const sign: Sign = ({ url, body }, { secrets }) => ({ 'x-twilio-signature': twilioSignature(secrets.secret ?? '', url, parseForm(body)) });

adapterContract('twilio-voice', { adapter: twilioVoice, account, samples: file.samples, sign, signsUrl: true });

const RECEIVED = new Date('2026-01-31T09:00:00.000Z');
const parse = (fields: Record<string, string>) =>
  twilioVoice.parse(post('https://x.example/', 'application/x-www-form-urlencoded', Buffer.from(new URLSearchParams(fields).toString())), account, RECEIVED);
const call = (fields: Record<string, string>) => parse({ CallSid: 'CA1', From: '+14155550100', To: '+14155550199', Direction: 'inbound', ...fields }).interactions[0]!;
const withoutTime = ({ occurredAt: _, ...rest }: ReturnType<typeof call>) => rest;

describe('the callbacks of one call', () => {
  it('tell its start once: queued, initiated and ringing are the same interaction with the same content', () => {
    const [queued, initiated, ringing] = ['queued', 'initiated', 'ringing'].map((CallStatus, at) =>
      withoutTime(call({ CallStatus, SequenceNumber: String(at), Timestamp: `Sat, 31 Jan 2026 08:15:3${at} +0000` })));
    expect(initiated).toEqual(queued);
    expect(ringing).toEqual(queued);
  });
  it('sort start, answer and end even within one second', () =>
    expect(['ringing', 'in-progress', 'completed'].map((CallStatus) => call({ CallStatus }).providerSequence)).toEqual([0, 1, 2]));
  it('tell one end: a call that was answered is not missed too', () =>
    expect(call({ CallStatus: 'completed' })).toMatchObject({ kind: call({ CallStatus: 'canceled' }).kind, tuple: ['CA1'] }));
});

describe('the customer', () => {
  const identities = (fields: Record<string, string>) => call({ CallStatus: 'ringing', ...fields }).identities;

  it('is the caller of an inbound call, unverified', () => expect(identities({})).toEqual([{ namespace: 'phone', value: '+14155550100' }]));
  it('is the called of an outbound call', () => expect(identities({ Direction: 'outbound-dial', To: '+14155550123' })).toEqual([{ namespace: 'phone', value: '+14155550123' }]));
  it.each(['anonymous', 'Restricted', '+266696687', '', ' ', 'client:agent_7'])('is nobody where the caller is %p; the call holds it together', (From) => {
    expect(identities({ From })).toEqual([]);
    expect(call({ CallStatus: 'ringing', From }).conversation).toBe('CA1');
  });
  it('keeps a SIP address without a number', () => expect(identities({ From: 'sip:ada@PBX.example;transport=tls' })).toEqual([{ namespace: 'sip', value: 'ada@pbx.example' }]));
  it('is a number where a SIP address is one', () => expect(identities({ From: 'sip:+14155550100@pbx.example' })).toEqual([{ namespace: 'phone', value: 'sip:+14155550100@pbx.example' }]));
});

describe('times', () => {
  const at = (Timestamp: string) => call({ CallStatus: 'ringing', Timestamp }).occurredAt;

  it('are read as RFC 2822 with a zone', () => expect(at('Sat, 31 Jan 2026 08:15:30 +0100')).toBe('2026-01-31T07:15:30.000Z'));
  it.each(['', 'yesterday', '31/01/2026', '1769847330', 'Sat, 31 Jan 2026 08:15:30', 'Fri, 31 Dec 9999 23:59:59 -0100'])('fall back on the receipt where they are %p', (text) =>
    expect(at(text)).toBe(RECEIVED.toISOString()));
});

describe('a callback that lacks something', () => {
  const pointer = (name: string) => expect.objectContaining({ slug: 'malformed', status: 400, errors: [expect.objectContaining({ pointer: `/${name}` })] });

  it('is malformed without a call, naming the field', () => expect(() => parse({ CallStatus: 'ringing' })).toThrow(pointer('CallSid')));
  it('is malformed without a status, naming the field', () => expect(() => parse({ CallSid: 'CA1', From: '+14155550100' })).toThrow(pointer('CallStatus')));
  it('is malformed where a recording has no id', () => expect(() => parse({ CallSid: 'CA1', RecordingStatus: 'completed' })).toThrow(pointer('RecordingSid')));
});

describe('a JSON body', () => {
  it('is read like a form', () => {
    const body = Buffer.from(JSON.stringify({ CallSid: 'CA1', CallStatus: 'completed', CallDuration: 61, From: '+14155550100', To: '+14155550199' }));
    expect(twilioVoice.parse(post('https://x.example/', 'application/json', body), account, RECEIVED).interactions[0]).toMatchObject({ type: 'call.ended', data: { durationMs: 61_000 } });
  });
});
