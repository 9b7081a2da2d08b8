import { isRefusal, normaliseIdentity, type Attachment, type IdentityClaim, type Interaction, type PartyClaim } from '@throughline/contracts';
import type { AddressObject, EmailAddress } from 'mailparser';
import { UnparsableMail, type ParsedMail } from './bounded-parser';

/** What the envelope (SMTP) and the raw bytes say of a mail. */
export interface Receipt {
  /** The account's address, lower case: one interaction for each mailbox. */
  mailbox: string;
  /** Hex, of the raw mail; stands for the Message-ID of a mail that has none. */
  rawSha256: string;
  /** MAIL FROM:<>: a bounce, or another mail nobody may answer (RFC 5321, section 4.5.5). */
  nullSender: boolean;
  receivedAt: Date;
  rawBlob?: string;
}

const MAX_PARTIES = 100;
/** Longest line of a header (RFC 5322, section 2.1.1). */
const MAX_ID = 998;
const MAX_NOTE = 200;
/** Nobody mailed customer service earlier; an older Date header is a clock that was never set. */
const OLDEST = Date.UTC(1990, 0, 1);

/**
 * The interaction a mail is. Trace headers (Received, DKIM, spam marks) differ from delivery to delivery, so none of them is in it.
 * @throws UnparsableMail where nobody is named as its author.
 */
export function interactionOf(mail: ParsedMail, receipt: Receipt): Interaction {
  if (!mail.headers.has('from')) throw new UnparsableMail('The mail has no From header.');
  const id = messageIds(mail, 'message-id')[0] ?? receipt.rawSha256;
  const references = messageIds(mail, 'references');
  const answered = messageIds(mail, 'in-reply-to')[0];
  return {
    kind: 'message',
    tuple: [id, receipt.mailbox],
    type: 'message.received',
    direction: 'inbound',
    occurredAt: occurredAt(mail, receipt.receivedAt),
    identities: authorOf(mail),
    parties: partiesOf(mail),
    conversation: references[0] ?? answered ?? id,
    ...(answered ? { relatesTo: { kind: 'message', tuple: [answered, receipt.mailbox] } } : {}),
    content: contentOf(mail),
    ...notesOf(mail, receipt.nullSender),
    ...(id === receipt.rawSha256 ? {} : { providerIds: { messageId: id } }),
    ...(receipt.rawBlob ? { rawBlob: receipt.rawBlob } : {}),
  };
}

/** Message-IDs of a header without angle brackets and white space; their case counts (RFC 5322, section 3.6.4). */
function messageIds(mail: ParsedMail, header: string): string[] {
  const text = [mail.headers.get(header) ?? []].flat().join(' ');
  return [...text.matchAll(/<([^<>]*)>/g)]
    .map(([, id]) => id!.replace(/\s/g, '').slice(0, MAX_ID))
    .filter((id) => id !== '');
}

/** The parser puts the present time where it cannot read a Date header, so the header's own line is read here. */
function occurredAt(mail: ParsedMail, receivedAt: Date): string {
  const line = mail.headerLines.find(({ key }) => key === 'date')?.line ?? '';
  const claimed = Date.parse(line.slice(line.indexOf(':') + 1).replace(/\([^()]*\)/g, ' ').trim());
  return new Date(claimed >= OLDEST ? claimed : receivedAt).toISOString();
}

/** From is no proof of anything: the claim is unverified. Where it holds no address the conversation alone names the interaction. */
function authorOf(mail: ParsedMail): IdentityClaim[] {
  const author = addresses(mail, 'from').find(({ address }) => isAddress(address));
  return author ? [{ namespace: 'email', value: author.address!, verified: false }] : [];
}

function partiesOf(mail: ParsedMail): PartyClaim[] {
  const others = addresses(mail, 'from').slice(1).map((entry) => ({ role: 'from', entry }));
  const named = ['sender', 'to', 'cc', 'reply-to'].flatMap((role) => addresses(mail, role).map((entry) => ({ role, entry })));
  return [...others, ...named]
    .filter(({ entry }) => isAddress(entry.address))
    .slice(0, MAX_PARTIES)
    .map(({ role, entry }) => ({ role, identity: { namespace: 'email', value: entry.address! }, ...(entry.name ? { name: entry.name } : {}) }));
}

const isAddress = (address: string | undefined) => !!address && !isRefusal(normaliseIdentity({ namespace: 'email', value: address }));

/** Addresses of a header, groups (RFC 5322, section 3.4) opened. */
function addresses(mail: ParsedMail, header: string): EmailAddress[] {
  const found = [mail.headers.get(header) ?? []].flat() as AddressObject[];
  return found.flatMap(({ value }) => value ?? []).flatMap((entry) => entry.group ?? [entry]);
}

function contentOf(mail: ParsedMail): Interaction['content'] {
  const subject = noteOf(mail, 'subject', MAX_ID);
  const language = /^[a-z]{2,3}(-[a-z0-9]{1,8})*/i.exec(noteOf(mail, 'content-language') ?? '')?.[0];
  const text = mail.text?.trimEnd();
  return {
    ...(subject ? { subject } : {}),
    ...(text ? { text } : {}),
    ...(mail.html ? { html: mail.html } : {}),
    ...(language ? { language } : {}),
    ...(mail.attachments.length > 0 ? { attachments: mail.attachments.map((one): Attachment => ({ ...one })) } : {}),
  };
}

/** Why a reader may not want to answer: RFC 3834 (Auto-Submitted), Precedence, RFC 2919 (List-Id), RFC 3464 (reports). */
function notesOf(mail: ParsedMail, nullSender: boolean): Pick<Interaction, 'data'> {
  const auto = noteOf(mail, 'auto-submitted')?.toLowerCase();
  const list = mail.headers.get('list') as { id?: { id?: string } } | undefined;
  const notes = {
    autoSubmitted: auto === 'no' ? undefined : auto,
    precedence: noteOf(mail, 'precedence')?.toLowerCase(),
    listId: list?.id?.id?.slice(0, MAX_NOTE),
    nullSender: nullSender || undefined,
    deliveryStatus: deliveryStatusOf(mail),
  };
  const said = Object.entries(notes).filter(([, value]) => value !== undefined);
  return said.length > 0 ? { data: Object.fromEntries(said) } : {};
}

/** The first recipient's fields of a delivery report (RFC 3464, section 2.3); the parser shows the report's part as text. */
function deliveryStatusOf(mail: ParsedMail): Record<string, string> | undefined {
  const type = mail.headers.get('content-type') as { value?: string } | undefined;
  if (type?.value?.toLowerCase() !== 'multipart/report' || !mail.text) return undefined;
  const field = (name: string) => new RegExp(`^${name}:(.*)`, 'im').exec(mail.text!)?.[1]?.trim().slice(0, MAX_NOTE);
  const status = { action: field('Action'), status: field('Status'), recipient: field('Final-Recipient')?.replace(/^[^;]*; */, '') };
  return status.action ? (Object.fromEntries(Object.entries(status).filter(([, value]) => value)) as Record<string, string>) : undefined;
}

function noteOf(mail: ParsedMail, header: string, length = MAX_NOTE): string | undefined {
  const [value] = [mail.headers.get(header) ?? []].flat();
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, length) : undefined;
}
