import { compileSchema, type Check } from '@throughline/platform';
import type { KnownType } from '@throughline/contracts';

type Fields = Record<string, object>;

const text = { type: 'string', maxLength: 4096 };
const longText = { type: 'string' };
const count = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
const time = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}[Tt]\\d{2}:\\d{2}:\\d{2}' };
const address = { type: 'string', maxLength: 4096 };
const money = {
  type: 'object',
  properties: { amount: { type: 'string', pattern: '^-?\\d{1,18}(\\.\\d{1,8})?$' }, currency: { type: 'string', pattern: '^[A-Z]{3}$' } },
  required: ['amount', 'currency'],
};
const identity = {
  type: 'object',
  properties: { namespace: { type: 'string', minLength: 1, maxLength: 100 }, value: { type: 'string', minLength: 1, maxLength: 512 } },
  required: ['namespace', 'value'],
};
const receipt: Fields = { reason: text, code: text };
const call: Fields = { durationMs: count, answeredAt: time, from: text, to: text, reason: text };
const recording: Fields = { durationMs: count, size: count, mediaType: text, url: address, transcript: longText };
const selfService: Fields = { flow: text, step: text, reason: text, durationMs: count };

/** What the `data` of each known type may say. All fields are optional and others are kept: a gateway may know more than we do. */
const DATA: Record<KnownType, Fields> = {
  'message.received': {},
  'message.sent': {},
  'message.edited': {},
  'message.deleted': {},
  'message.delivered': receipt,
  'message.read': receipt,
  'message.failed': receipt,
  'reaction.added': { emoji: text },
  'reaction.removed': { emoji: text },
  'call.started': call,
  'call.answered': call,
  'call.ended': call,
  'call.missed': call,
  'recording.available': recording,
  'transcript.available': { ...recording, text: longText, language: text },
  'voicemail.received': recording,
  'page.viewed': { url: address, title: text, referrer: address, durationMs: count },
  'selfservice.started': selfService,
  'selfservice.step-completed': selfService,
  'selfservice.failed': selfService,
  'selfservice.abandoned': selfService,
  'selfservice.help-requested': selfService,
  'selfservice.completed': selfService,
  'purchase.made': { order: text, total: money, items: { type: 'array', items: { type: 'object' } } },
  'visit.made': { store: text, durationMs: count },
  'feedback.given': { score: { type: 'number' }, scale: { type: 'number' }, comment: longText },
  'complaint.made': { category: text, severity: text },
  'identity.changed': { from: identity, to: identity },
};

const checks = new Map<string, Check>(
  Object.entries(DATA).map(([type, properties]) => [type, compileSchema({ type: 'object', properties })]),
);

/** What is wrong with the data of a known type; nothing ever is with an unknown one's. Pointers begin at the data. */
export const checkData: (type: string, data: unknown) => ReturnType<Check> = (type, data) => checks.get(type)?.(data) ?? [];
