import fc from 'fast-check';
import { interactionId, type Interaction, type PartyClaim } from '@throughline/contracts';
import { createHash } from 'node:crypto';
import { parseMail, UnparsableMail } from './bounded-parser';
import { interactionOf, type Receipt } from './mail.adapter';
import { samples } from './mail.samples.json';

const receivedAt = new Date('2026-03-02T12:00:00.000Z');
const sha256 = (raw: Buffer) => createHash('sha256').update(raw).digest('hex');

async function read(raw: Buffer | string, receipt: Partial<Receipt> = {}): Promise<Interaction> {
  const bytes = Buffer.from(raw as string);
  const mail = await parseMail(bytes);
  return interactionOf(mail, { mailbox: 'support@demo.example', rawSha256: sha256(bytes), nullSender: false, receivedAt, ...receipt });
}

const mailOf = (headers: string[], body = 'hello') => [...headers, '', body, ''].join('\r\n');
const addressesOf = (parties: PartyClaim[] | undefined, role: string) =>
  [...new Set((parties ?? []).filter((party) => party.role === role).map(({ identity }) => identity.value.toLowerCase()))].sort();

interface Expectation {
  messageId: string | null;
  subject: string | null;
  date: string | null;
  from: string[];
  to: string[];
  cc: string[];
  replyTo: string[];
  inReplyTo: string | null;
  references: string[];
  attachments?: { name: string; type: string; sha256: string }[];
  text?: string | null;
  hasHtml: boolean;
  language?: string;
  data?: Record<string, unknown>;
}

describe('a mail as it comes', () => {
  it.each(samples.map((sample) => [sample.name, sample] as const))('is read as independent parsers read it: %s', async (_, sample) => {
    const raw = Buffer.from(sample.raw, 'base64');
    const expected = sample.expect as unknown as Expectation;
    const found = await read(raw);
    const id = expected.messageId ?? sha256(raw);
    expect(found).toMatchObject({ kind: 'message', tuple: [id, 'support@demo.example'], type: 'message.received', direction: 'inbound' });
    expect(found.identities.map(({ value }) => value.toLowerCase())).toEqual(expected.from.slice(0, 1));
    const sane = expected.date && expected.date > '1990' ? expected.date : receivedAt;
    expect(new Date(found.occurredAt)).toEqual(new Date(sane));
    expect(found.identities.every(({ namespace, verified }) => namespace === 'email' && verified === false)).toBe(true);
    expect(found.content?.subject?.replace(/\s+/g, ' ')).toBe(expected.subject ?? undefined);
    if (expected.text !== undefined) expect(found.content?.text).toBe(expected.text ?? undefined);
    expect(found.content?.html !== undefined).toBe(expected.hasHtml);
    expect(addressesOf(found.parties, 'to')).toEqual(expected.to);
    expect(addressesOf(found.parties, 'cc')).toEqual(expected.cc);
    expect(addressesOf(found.parties, 'reply-to')).toEqual(expected.replyTo);
    expect(found.conversation).toBe(expected.references[0] ?? expected.inReplyTo ?? id);
    expect(found.relatesTo?.tuple[0]).toBe(expected.inReplyTo ?? undefined);
    if (expected.language) expect(found.content?.language).toBe(expected.language);
    if (expected.data) expect(found.data).toEqual(expected.data);
    if (!expected.attachments) return;
    const attachments = (found.content?.attachments ?? []).map(({ name, mediaType: type, sha256: hash }) => ({ name, type, sha256: hash }));
    expect(attachments).toEqual(expected.attachments);
  });
});

describe('the time of a mail', () => {
  it.each([
    ['its Date header', 'Mon, 02 Mar 2026 09:30:00 +0800 (CST)', '2026-03-02T01:30:00.000Z'],
    ['the time of receipt where it is no date', 'yesterday, about noon', receivedAt.toISOString()],
    ['the time of receipt where the clock was never set', 'Thu, 13 Feb 1969 23:32:54 -0330', receivedAt.toISOString()],
  ])('is %s', async (_, date, expected) => {
    expect((await read(mailOf(['From: kim@example.com', `Date: ${date}`]))).occurredAt).toBe(expected);
  });
});

describe('who wrote a mail', () => {
  it.each([
    ['an encoded word that looks like an address', '=?utf-8?b?YXR0YWNrZXJAZXZpbC5jb20=?='],
    ['an encoded word that makes a second @', '=?utf-8?q?=40attacker.com?=@microsoft.example'],
    ['a name without an address', 'Kim'],
  ])('stays open where From holds %s: the conversation names the interaction', async (_, from) => {
    const found = await read(mailOf([`From: ${from}`, 'Message-ID: <1@example.com>']));
    expect(found.identities).toEqual([]);
    expect(found.conversation).toBe('1@example.com');
  });

  it('is the first of two From headers', async () => {
    const found = await read(mailOf(['From: kim@example.com', 'From: eve@example.com', 'Subject: one', 'Subject: two']));
    expect(found.identities.map(({ value }) => value)).toEqual(['kim@example.com']);
    expect(found.content?.subject).toBe('one');
  });

  it('is the author, not the sender or the envelope', async () => {
    const found = await read(mailOf(['From: kim@example.com', 'Sender: desk@example.com', 'Return-Path: <bounce@example.com>']));
    expect(found.identities.map(({ value }) => value)).toEqual(['kim@example.com']);
    expect(addressesOf(found.parties, 'sender')).toEqual(['desk@example.com']);
  });

  it('is missing: the mail is no interaction', async () => {
    await expect(read(mailOf(['Subject: x']))).rejects.toBeInstanceOf(UnparsableMail);
  });
});

describe('the same mail again', () => {
  const headers = ['From: kim@example.com', 'Message-ID: <1@example.com>', 'Subject: x'];
  const idOf = ({ kind, tuple }: Interaction) => interactionId('00000000-0000-4000-8000-000000000000', 'acc', kind, tuple);

  it('is equal, whatever way it took: trace headers are not in it', async () => {
    const first = await read(mailOf(['Received: from a by b; Mon, 02 Mar 2026 09:30:00 +0000', ...headers]));
    const second = await read(mailOf(['Received: from c by d; Mon, 02 Mar 2026 09:31:00 +0000', 'X-Spam-Score: 3', ...headers]));
    expect(second).toEqual(first);
  });

  it('has one id for each mailbox', async () => {
    const here = await read(mailOf(headers));
    const there = await read(mailOf(headers), { mailbox: 'sales@demo.example' });
    expect(idOf(here)).toBe(idOf(await read(mailOf(headers))));
    expect(idOf(there)).not.toBe(idOf(here));
  });

  it('says so where its reverse path is empty', async () => {
    expect((await read(mailOf(headers), { nullSender: true })).data).toEqual({ nullSender: true });
  });

  it('reads References that stand twice, the first empty', async () => {
    const found = await read(mailOf([...headers, 'References:', 'References: <root@example.com>']));
    expect(found.conversation).toBe('root@example.com');
  });
});

describe('any bytes', () => {
  it('become an interaction or are unparsable, never another error', async () => {
    const line = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.constantFrom('From: a@b.example', 'Content-Type: multipart/mixed; boundary=b', '--b', '--b--', '', 'Content-Type: text/html', 'Content-Type: message/rfc822', 'Content-Transfer-Encoding: base64'));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 20 }), async (lines) => {
        const found = await read(lines.join('\r\n')).catch((error: unknown) => error);
        expect(found instanceof UnparsableMail || (found as Interaction).kind === 'message').toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
