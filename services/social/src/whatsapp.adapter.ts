import {
  claimedTime, fieldOf, hubChallenge, isRecord, listOf, parseJson, recordOf, textOf, verifyHubSignature,
  type Adapter, type AdapterAccount, type JsonRecord, type ParseResult, type RawRequest,
} from '@throughline/channel-kit';
import { malformed, type Attachment, type Content, type IdentityClaim, type Interaction } from '@throughline/contracts';

/**
 * WhatsApp Cloud API (https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview).
 * The account's `secret` is the app secret, `verifyToken` the token of the subscription, `address` the phone number id.
 */
export const whatsapp = {
  provider: 'whatsapp',
  channel: 'social',
  mediaTypes: ['application/json'],
  // WhatsApp has proven the number (one-time code at registration) and issues the user id: the sender can claim neither.
  proves: ['phone', 'whatsapp-user'],
  verify: ({ body, headers }, { secrets }) => verifyHubSignature(secrets.secret, body, headers['x-hub-signature-256']),
  handshake: ({ query }, { secrets }) => {
    const challenge = hubChallenge(query, secrets.verifyToken);
    return challenge === undefined ? undefined : { status: 200, contentType: 'text/plain; charset=utf-8', body: challenge };
  },
  parse,
  answer: () => ({ status: 200 }),
} as const satisfies Adapter;

/** One item of a change with all that is known around it. */
interface Item {
  item: JsonRecord;
  value: JsonRecord;
  receivedAt: Date;
}

type Reader = (item: Item) => Interaction | undefined;

function parse({ body }: RawRequest, account: AdapterAccount, receivedAt: Date): ParseResult {
  const root = recordOf(parseJson(body));
  if (root.object !== 'whatsapp_business_account') throw wrong('/object', 'Not "whatsapp_business_account".');
  if (!Array.isArray(root.entry)) throw wrong('/entry', 'Not a list.');
  return joined(root.entry.map((entry, index) => readEntry(recordOf(entry), `/entry/${index}`, account, receivedAt)));
}

const wrong = (pointer: string, detail: string) => malformed('The body is no WhatsApp notification.', [{ pointer, code: 'form', detail }]);
const unread = (pointer: string, detail: string): ParseResult => ({ interactions: [], unparsed: [{ pointer, detail }] });
const joined = (results: readonly ParseResult[]): ParseResult => ({
  interactions: results.flatMap(({ interactions }) => interactions),
  unparsed: results.flatMap(({ unparsed }) => unparsed),
});

function readEntry({ changes }: JsonRecord, pointer: string, account: AdapterAccount, receivedAt: Date): ParseResult {
  if (!Array.isArray(changes)) return unread(`${pointer}/changes`, 'Not a list.');
  return joined(changes.map((change, index) => readChange(recordOf(change), `${pointer}/changes/${index}`, account, receivedAt)));
}

function readChange({ field, value: raw }: JsonRecord, pointer: string, account: AdapterAccount, receivedAt: Date): ParseResult {
  const value = recordOf(raw);
  if (field !== 'messages') return unread(`${pointer}/field`, 'Another field than "messages".');
  // One app has one address for all its numbers; an account without an address takes them all.
  if (account.address !== '' && recordOf(value.metadata).phone_number_id !== account.address) {
    return unread(`${pointer}/value/metadata/phone_number_id`, 'Another phone number than the account\'s.');
  }
  const read = (name: 'messages' | 'statuses', reader: Reader) =>
    listOf(value[name]).map((item, index) => readItem(reader, { item: recordOf(item), value, receivedAt }, `${pointer}/value/${name}/${index}`));
  const results = [...read('messages', messageOf), ...read('statuses', statusOf)];
  return results.length > 0 ? joined(results) : unread(`${pointer}/value`, 'Neither messages nor statuses.');
}

function readItem(reader: Reader, item: Item, pointer: string): ParseResult {
  const interaction = reader(item);
  return interaction ? { interactions: [interaction], unparsed: [] } : unread(pointer, 'It lacks an id, or anybody it could belong to.');
}

/** A message and everything that arrives as one. WhatsApp gives edits, reactions and the like ids of their own. */
function messageOf({ item, value, receivedAt }: Item): Interaction | undefined {
  const id = textOf(item.id);
  const type = textOf(item.type) ?? 'unknown';
  const contact = contactOf(item, value);
  const { identities, more } = type === 'system' ? change(recordOf(item.system), sender(item, contact)) : { identities: sender(item, contact), more: meaning(type, item) };
  const conversation = textOf(item.group_id) ?? identities[0]?.value;
  if (!id || !conversation) return undefined;
  return {
    kind: 'message',
    tuple: [id],
    direction: 'inbound',
    occurredAt: seconds(item.timestamp, receivedAt),
    identities,
    conversation,
    providerIds: { wamid: id },
    ...more,
    data: { messageType: type, ...told(item, value, contact, type), ...more.data },
  };
}

/** What a message means beside who sent it when. */
type Meaning = Pick<Interaction, 'type' | 'relatesTo' | 'content' | 'data'>;

function meaning(type: string, item: JsonRecord): Meaning {
  const payload = recordOf(fieldOf(item, type));
  if (type === 'reaction') {
    const emoji = textOf(payload.emoji);
    return { type: emoji ? 'reaction.added' : 'reaction.removed', ...about(payload.message_id), ...(emoji && { data: { emoji } }) };
  }
  if (type === 'edit') {
    const edited = recordOf(payload.message);
    return { type: 'message.edited', ...about(payload.original_message_id), ...contentOf(textOf(edited.type) ?? 'unknown', edited) };
  }
  if (type === 'revoke') return { type: 'message.deleted', ...about(payload.original_message_id) };
  return { type: 'message.received', ...about(recordOf(item.context).id), ...contentOf(type, item) };
}

const about = (id: unknown) => (textOf(id) ? { relatesTo: { kind: 'message', tuple: [textOf(id)!] } } : {});

const MEDIA = new Set(['image', 'video', 'audio', 'document', 'sticker']);

/** The words to read, and the media. All else that was sent stands in `data.payload`. */
function contentOf(type: string, item: JsonRecord): { content?: Content } {
  const payload = recordOf(fieldOf(item, type));
  const reply = recordOf(fieldOf(payload, textOf(payload.type) ?? ''));
  const text = textOf(payload.body) ?? textOf(payload.caption) ?? textOf(payload.text) ?? textOf(reply.title) ?? textOf(reply.body);
  const attachments = MEDIA.has(type) ? [attachmentOf(payload)] : undefined;
  return text || attachments ? { content: { ...(text && { text }), ...(attachments && { attachments }) } } : {};
}

function attachmentOf({ filename, mime_type, url, sha256 }: JsonRecord): Attachment {
  const hash = Buffer.from(textOf(sha256) ?? '', 'base64');
  return {
    ...(textOf(filename) && { name: textOf(filename)! }),
    ...(textOf(mime_type) && { mediaType: textOf(mime_type)! }),
    ...(textOf(url) && { url: textOf(url)! }),
    ...(hash.length === 32 && { sha256: hash.toString('hex') }),
  };
}

/** Types of which nothing is left to tell once their meaning and words are. */
const TOLD_WHOLE = new Set(['text', 'reaction', 'revoke']);

/** What the message tells beside its words: the payload as it came, errors, the advertisement it answers, how it was forwarded. */
function told(item: JsonRecord, value: JsonRecord, contact: JsonRecord, type: string): JsonRecord {
  const { forwarded, frequently_forwarded } = recordOf(item.context);
  const profileName = textOf(recordOf(contact.profile).name);
  const errors = item.errors ?? value.errors;
  const payload = TOLD_WHOLE.has(type) ? undefined : fieldOf(item, type);
  return {
    ...(profileName && { profileName }),
    ...(payload !== undefined && { payload }),
    ...(item.referral !== undefined && { referral: item.referral }),
    ...(errors !== undefined && { errors }),
    ...((forwarded === true || frequently_forwarded === true) && { forwarded: frequently_forwarded === true ? 'frequently' : 'once' }),
  };
}

/** A customer changed her number or her user id: both are hers, the old one first, since it is the one we know her by. Other notices are kept. */
function change(system: JsonRecord, from: IdentityClaim[]): { identities: IdentityClaim[]; more: Meaning } {
  const { type, wa_id, new_wa_id, user_id, previous_user_id } = system;
  const changed = /^(user|customer)_changed_(number|user_id)$/.exec(textOf(type) ?? '')?.[2];
  const [old, now] = changed === 'number' ? [from, phone(wa_id ?? new_wa_id)] : [[...user(previous_user_id), ...from], user(user_id)];
  if (!changed || !old[0] || !now[0]) return { identities: from, more: { type: 'system.notified' } };
  const named = ({ namespace, value }: IdentityClaim) => ({ namespace, value });
  return { identities: [old[0], now[0]], more: { type: 'identity.changed', data: { from: named(old[0]), to: named(now[0]) } } };
}

/** The contact of this message: by number or user id; where neither is the same, the only contact of an only message. */
function contactOf(item: JsonRecord, value: JsonRecord): JsonRecord {
  const contacts = listOf(value.contacts).filter(isRecord);
  const same = (a: unknown, b: unknown) => textOf(a) !== undefined && a === b;
  const match = contacts.find(({ wa_id, user_id }) => same(wa_id, item.from) || same(user_id, item.from_user_id));
  return match ?? (contacts.length === 1 && listOf(value.messages).length === 1 ? contacts[0]! : {});
}

/** The number first, where WhatsApp tells it; a customer may hide it, and then only her business-scoped user id is there. */
const sender = (item: JsonRecord, contact: JsonRecord): IdentityClaim[] => [...phone(item.from ?? contact.wa_id), ...user(item.from_user_id ?? contact.user_id)];

const phone = (digits: unknown): IdentityClaim[] =>
  /^\d{5,15}$/.test(textOf(digits) ?? '') ? [{ namespace: 'phone', value: `+${textOf(digits)}`, verified: true }] : [];
const user = (id: unknown): IdentityClaim[] =>
  /^[\w.:-]{1,200}$/.test(textOf(id) ?? '') ? [{ namespace: 'whatsapp-user', value: textOf(id)!, verified: true }] : [];

const STATUS = /^[a-z][a-z_]{0,40}$/;

/** What became of a message of ours (`sent`, `delivered`, `read`, `failed`, `played`, ...). In a group each participant has her own. */
function statusOf({ item, value, receivedAt }: Item): Interaction | undefined {
  const id = textOf(item.id);
  const status = textOf(item.status) ?? '';
  const identities = recipient(item, value);
  const conversation = item.recipient_type === 'group' ? textOf(item.recipient_id) : (identities[0]?.value ?? textOf(item.recipient_id));
  if (!id || !conversation || !STATUS.test(status)) return undefined;
  const participant = item.recipient_type === 'group' && identities[0] ? [identities[0].value] : [];
  const data = pick(item, ['errors', 'pricing', 'conversation', 'biz_opaque_callback_data']);
  return {
    kind: 'status',
    tuple: [id, status, ...participant],
    type: `message.${status.replaceAll('_', '-')}`,
    direction: 'outbound',
    occurredAt: seconds(item.timestamp, receivedAt),
    identities,
    conversation,
    ...about(id),
    ...(Object.keys(data).length > 0 && { data }),
    providerIds: { wamid: id },
  };
}

/** Whom the message went to; the contact beside it is the recipient's where its number or user id is the same. */
function recipient(item: JsonRecord, value: JsonRecord): IdentityClaim[] {
  const group = item.recipient_type === 'group';
  const number = group ? item.recipient_participant_id : item.recipient_id;
  const userId = group ? item.recipient_participant_user_id : item.recipient_user_id;
  const contact = contactOf({ from: number, from_user_id: userId }, { contacts: value.contacts });
  return [...phone(number), ...user(userId ?? contact.user_id)];
}

const pick = (item: JsonRecord, names: readonly string[]): JsonRecord => Object.fromEntries(names.filter((name) => item[name] !== undefined).map((name) => [name, item[name]]));

/** WhatsApp writes Unix seconds as text. */
const seconds = (timestamp: unknown, receivedAt: Date) =>
  claimedTime(/^\d{1,12}$/.test(typeof timestamp === 'number' ? `${timestamp}` : (textOf(timestamp) ?? '')) ? Number(timestamp) * 1000 : NaN, receivedAt);
