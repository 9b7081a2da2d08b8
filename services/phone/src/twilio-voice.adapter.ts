import { claimedTime, parseForm, parseJson, recordOf, textOf, type Adapter, type AdapterAccount, type ParseResult, type RawRequest } from '@throughline/channel-kit';
import { isWithheld, malformed, ThroughlineError, type DirectionName, type IdentityClaim, type Interaction } from '@throughline/contracts';
import { verifyTwilio } from './twilio-signature';

/**
 * Twilio Voice: status, recording and transcription callbacks (https://www.twilio.com/docs/voice/api/call-resource#statuscallback).
 * The account's `secret` is the auth token, its `address` the business number.
 */
export const twilioVoice = {
  provider: 'twilio-voice',
  channel: 'phone',
  mediaTypes: ['application/x-www-form-urlencoded', 'application/json'],
  // Anybody can write any number into a caller ID: Twilio passes it on and proves nothing.
  proves: [],
  verify: (request, account) => verifyTwilio(request, account.secrets.secret),
  parse,
  // Twilio reads the answer as TwiML where it asks for any; an empty response says nothing.
  answer: () => ({ status: 200, contentType: 'text/xml; charset=utf-8', body: '<Response/>' }),
} as const satisfies Adapter;

/** The fields of a callback by name; of a repeated one the first. */
type Fields = Record<string, string>;

const NOTHING: ParseResult = { interactions: [], unparsed: [] };
const one = (interaction: Interaction): ParseResult => ({ interactions: [interaction], unparsed: [] });
const unread = (name: string, detail: string): ParseResult => ({ interactions: [], unparsed: [{ pointer: `/${name}`, detail }] });

function parse(request: RawRequest, account: AdapterAccount, receivedAt: Date): ParseResult {
  const fields = fieldsOf(request);
  required(fields, 'CallSid');
  if (fields.RecordingStatus) return one(recordingOf(fields, receivedAt));
  if (fields.TranscriptionEvent || fields.TranscriptionData) return pieceOf(fields, account, receivedAt);
  if (fields.TranscriptionSid) return transcriptOf(fields, account, receivedAt);
  // It carries no id, so that a redelivery could not be told from the caller saying it again.
  if (fields.SpeechResult || fields.Digits) return unread('SpeechResult', 'The result of a Gather has no id of its own.');
  return one(callOf(fields, account, receivedAt));
}

function fieldsOf({ headers, body }: RawRequest): Fields {
  const isJson = headers['content-type']?.toLowerCase().startsWith('application/json');
  if (!isJson) return Object.fromEntries([...parseForm(body)].map(([key, values]) => [key, values[0]!.trim()]));
  const entries = Object.entries(recordOf(parseJson(body))).filter(([, value]) => typeof value === 'string' || typeof value === 'number');
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value).trim()]));
}

function required(fields: Fields, name: string): string {
  if (fields[name]) return fields[name];
  throw malformed(`The callback lacks ${name}.`, [{ pointer: `/${name}`, code: 'required', detail: 'Missing or empty.' }]);
}

const started = { kind: 'call-started', type: 'call.started', sequence: 0 };
const answered = { kind: 'call-answered', type: 'call.answered', sequence: 1 };
const ended = { kind: 'call-ended', type: 'call.ended', sequence: 2 };
const missed = { kind: 'call-ended', type: 'call.missed', sequence: 2 };

/** What a CallStatus says has happened (https://www.twilio.com/docs/voice/api/call-resource#call-status-values). */
const MEANING = new Map([
  ...['queued', 'initiated', 'ringing'].map((status) => [status, started] as const),
  ...['in-progress', 'answered'].map((status) => [status, answered] as const),
  ...['busy', 'no-answer', 'failed', 'canceled'].map((status) => [status, missed] as const),
  ['completed', ended] as const,
]);

/**
 * One callback about a call. A call starts, is answered and ends once each, so the id is (kind, CallSid) and only what stays the
 * same over all callbacks of a kind is told: queued, initiated and ringing are one event, and none after the first is a conflict.
 * The order within a second (Twilio's resolution) follows from the kind, since some callbacks carry no SequenceNumber.
 * A status we do not know is kept as `call.status-changed`.
 */
function callOf(fields: Fields, account: AdapterAccount, receivedAt: Date): Interaction {
  // The request for instructions may come without a status: Caller and Called then say that it is ringing.
  const status = (fields.CallStatus || (fields.Caller && fields.Called ? 'ringing' : required(fields, 'CallStatus'))).toLowerCase();
  const known = MEANING.get(status);
  const callSid = fields.CallSid!;
  const call = { occurredAt: occurredAt(fields.Timestamp, receivedAt), ...whoCalls(fields, account) };
  if (!known) return { kind: 'call-status', tuple: [callSid, status], type: 'call.status-changed', ...call, data: { status } };
  const { kind, type, sequence } = known;
  const data = kind === 'call-ended' && { data: { status, ...(known === ended && durationMs(fields.CallDuration)) } };
  return { kind, tuple: [callSid], type, providerSequence: sequence, ...call, ...data };
}

/** Who called whom. The call is the conversation: it alone is there where the caller withheld her number. */
function whoCalls(fields: Fields, account: AdapterAccount) {
  const direction: DirectionName = fields.Direction?.startsWith('outbound') ? 'outbound' : 'inbound';
  const from = fields.From || fields.Caller || '';
  const to = fields.To || fields.Called || '';
  const [customer, business] = direction === 'inbound' ? [from, to] : [to, from];
  return {
    direction,
    identities: identityOf(customer),
    parties: identityOf(business || account.address).map((identity) => ({ role: 'business', identity })),
    conversation: fields.CallSid!,
    providerIds: { callSid: fields.CallSid!, ...(fields.ParentCallSid && { parentCallSid: fields.ParentCallSid }) },
  };
}

/** Nobody where the number is withheld, and where it is a softphone of the business' own (`client:`). SIP users without a number keep their address. */
function identityOf(address: string): IdentityClaim[] {
  if (address === '' || isWithheld(address) || address.startsWith('client:')) return [];
  const sip = /^sips?:([^@;]+)@([^;]+)/i.exec(address);
  if (sip && !/^\+?\d+$/.test(sip[1]!)) return [{ namespace: 'sip', value: `${sip[1]}@${sip[2]!.toLowerCase()}` }];
  return [{ namespace: 'phone', value: address }];
}

/** A recordingStatusCallback (https://www.twilio.com/docs/voice/api/recording#recordingstatuscallback). It names no numbers: the call is the conversation. */
function recordingOf(fields: Fields, receivedAt: Date): Interaction {
  const callSid = fields.CallSid!;
  const recordingSid = required(fields, 'RecordingSid');
  const status = fields.RecordingStatus!.toLowerCase();
  const isThere = status === 'completed';
  return {
    kind: 'recording',
    tuple: [recordingSid, status],
    type: isThere ? 'recording.available' : 'recording.status-changed',
    direction: 'internal',
    occurredAt: occurredAt(fields.RecordingStartTime, receivedAt),
    identities: [],
    conversation: callSid,
    relatesTo: { kind: started.kind, tuple: [callSid] },
    ...(isThere && fields.RecordingUrl && { content: { attachments: [{ url: fields.RecordingUrl }] } }),
    data: { status, ...durationMs(fields.RecordingDuration) },
    providerIds: { callSid, recordingSid },
  };
}

/** The transcription of a recording (https://www.twilio.com/docs/voice/twiml/record#transcribecallback). */
function transcriptOf(fields: Fields, account: AdapterAccount, receivedAt: Date): ParseResult {
  const { TranscriptionSid: sid, TranscriptionText: text } = fields;
  if (!text) return unread('TranscriptionText', 'There is no text.');
  return one({ ...transcript(fields, account, receivedAt, text), tuple: [sid!] });
}

/**
 * A piece of a live transcription (https://www.twilio.com/docs/voice/twiml/transcription). One that is not final is still
 * changing, and the start and stop of the transcribing are no part of the conversation: nothing comes of them.
 */
function pieceOf(fields: Fields, account: AdapterAccount, receivedAt: Date): ParseResult {
  if (fields.Final !== 'true' || !fields.TranscriptionData) return NOTHING;
  const tuple = [required(fields, 'TranscriptionSid'), required(fields, 'SequenceId')];
  const { text, confidence } = spokenOf(fields.TranscriptionData);
  if (!text) return unread('TranscriptionData', 'There is no transcript in it.');
  const data = { ...(fields.Track && { track: fields.Track }), ...(typeof confidence === 'number' && { confidence }) };
  return one({ ...transcript(fields, account, receivedAt, text), tuple, data });
}

const transcript = (fields: Fields, account: AdapterAccount, receivedAt: Date, text: string): Omit<Interaction, 'tuple'> => ({
  kind: 'transcript',
  type: 'transcript.available',
  occurredAt: occurredAt(fields.Timestamp, receivedAt),
  ...whoCalls(fields, account),
  relatesTo: { kind: started.kind, tuple: [fields.CallSid!] },
  content: { text },
  providerIds: { callSid: fields.CallSid!, transcriptionSid: fields.TranscriptionSid! },
});

/** `{"transcript": "...", "confidence": 0.99}`, as far as it is that. */
function spokenOf(json: string): { text?: string | undefined; confidence?: unknown } {
  try {
    const { transcript: text, confidence } = recordOf(parseJson(Buffer.from(json)));
    return { text: textOf(text), confidence };
  } catch (error) {
    if (error instanceof ThroughlineError) return {};
    throw error;
  }
}

/** RFC 2822 or RFC 3339, both with four digits of year and a zone; Date.parse alone would guess at anything else. */
const TIME = /^(\w{3}, )?\d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d ([+-]\d{4}|GMT|UTC?|Z)$|^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const occurredAt = (timestamp: string | undefined, receivedAt: Date) => claimedTime(TIME.test(timestamp ?? '') ? Date.parse(timestamp!) : NaN, receivedAt);

/** `{ durationMs }` of Twilio's whole seconds, or nothing. */
const durationMs = (seconds: string | undefined) => (/^\d{1,9}$/.test(seconds ?? '') ? { durationMs: Number(seconds) * 1000 } : {});
