import { convert } from 'html-to-text';
import { MailParser, type AttachmentStream, type HeaderLines, type Headers, type MailParserOptions, type MessageText } from 'mailparser';
import type { Readable, Transform } from 'node:stream';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { QuotedPrintableDecoder } from './quoted-printable';

/**
 * What one mail may cost. Beyond the first two it is a bomb (dead letter `unparsable`); beyond the others the rest is
 * left out of the interaction and stays in the raw mail. Ordinary mail stays far below all of them.
 */
export const MAIL_LIMITS = {
  /** MIME parts, containers included. */
  parts: 500,
  /** Bytes of header of one part. */
  header: 256 * 1024,
  /** Decoded bytes of all text parts together. */
  text: 2 * 1024 * 1024,
  /** Characters of HTML that are turned into text where a mail has no text of its own. */
  htmlToText: 128 * 1024,
  /** Attachments that are listed. */
  attachments: 200,
} as const;

export interface ParsedAttachment {
  name?: string;
  mediaType: string;
  /** Bytes after decoding. */
  size: number;
  /** Hex, lower case, of the decoded bytes. */
  sha256: string;
}

export interface ParsedMail {
  headers: Headers;
  headerLines: HeaderLines;
  text?: string;
  html?: string;
  attachments: ParsedAttachment[];
  /** Something of the mail is not in here: read the raw mail for it. */
  incomplete: boolean;
}

/** The mail is no mail, or is made to choke its reader. The message holds nothing of the mail itself. */
export class UnparsableMail extends Error {
  override name = 'UnparsableMail';
}

/** What mailsplit knows of a part before its body comes. */
interface MimeNode {
  root: boolean;
  headers: { lines: HeaderLine[] | false; getList(): HeaderLine[] };
  encoding?: string | false;
  /** It is a message inside the mail, whose own parts follow. */
  messageNode?: boolean;
  getDecoder(): Transform;
}

type HeaderLine = HeaderLines[number];

interface Part {
  isAttachment?: boolean;
  decoder?: Transform;
}

/** mailparser collects text parts without a limit; ours stops decoding at `MAIL_LIMITS.text`. `createNode` is its own hook, called once a part. */
class BoundedParser extends MailParser {
  textLeft: number = MAIL_LIMITS.text;
  cut = false;

  createNode(node: MimeNode): Part {
    if (node.root) node.headers.lines = firstOfEach(node.headers.getList());
    if (node.encoding === 'quoted-printable') node.getDecoder = () => new QuotedPrintableDecoder();
    const inherited = MailParser.prototype as unknown as { createNode(node: MimeNode): Part };
    const part = inherited.createNode.call(this, node);
    if (part.decoder && !part.isAttachment) this.bound(part.decoder);
    // mailparser reads nothing of it, and waits for its end for ever where the mail ends with its header.
    if (node.messageNode) part.decoder?.resume();
    return part;
  }

  private bound(decoder: Transform): void {
    const push = decoder.push.bind(decoder);
    decoder.push = (chunk: Buffer | null, encoding?: BufferEncoding) => {
      if (chunk === null) return push(chunk);
      const taken = chunk.subarray(0, this.textLeft);
      this.textLeft -= taken.length;
      this.cut ||= taken.length < chunk.length;
      return taken.length === 0 || push(taken, encoding);
    };
    const write = decoder.write.bind(decoder) as (chunk: Buffer) => boolean;
    decoder.write = (chunk: Buffer) => this.cut || write(chunk);
  }
}

/** May stand once (RFC 5322, section 3.6). */
const ONCE = new Set(['from', 'sender', 'reply-to', 'subject', 'date', 'message-id', 'in-reply-to']);

/** Of a header that stands twice the first counts, as mail programs show it; the parser would take the last. Blanks before the colon (section 4.5) go. */
function firstOfEach(lines: readonly HeaderLine[]): HeaderLine[] {
  const seen = new Set<string>();
  const tidy = lines.map(({ key, line }) => ({ key: key.trim(), line }));
  return tidy.filter(({ key, line }) => {
    const again = ONCE.has(key) && seen.has(key);
    if (/:\s*\S/.test(line)) seen.add(key);
    return !again;
  });
}

/** Bytes. */
const SLICE = 64 * 1024;

const OPTIONS: MailParserOptions & { maxChildNodes: number; maxHeadSize: number } = {
  checksumAlgo: 'sha256',
  skipHtmlToText: true,
  skipTextToHtml: true,
  skipImageLinks: true,
  maxChildNodes: MAIL_LIMITS.parts,
  maxHeadSize: MAIL_LIMITS.header,
};

/**
 * Reads a raw mail (RFC 5322, RFC 2045) within `MAIL_LIMITS`, giving the event loop back between parts and chunks.
 * Attachments are measured and hashed, not kept: their content stays in the raw mail.
 * @throws UnparsableMail where it has too many parts, a part's header is too long, or the parser gives up.
 */
export async function parseMail(raw: Buffer): Promise<ParsedMail> {
  const parser = new BoundedParser(OPTIONS);
  const mail: ParsedMail = { headers: new Map(), headerLines: [], attachments: [], incomplete: false };
  parser.on('headers', (headers: Headers) => (mail.headers = headers));
  parser.on('headerLines', (lines: HeaderLines) => (mail.headerLines = lines));
  parser.on('data', (data: AttachmentStream | MessageText) => {
    if (data.type === 'text') takeText(mail, data);
    else void measure(mail, data);
  });
  await Promise.all([once(parser, 'end'), feed(parser, raw)]).catch((cause: unknown) => {
    parser.destroy();
    throw new UnparsableMail('The mail is beyond the limits of its form.', { cause });
  });
  mail.incomplete ||= parser.cut;
  return mail;
}

/** In slices, so that a mail of many megabytes is not read in one turn of the event loop. */
async function feed(parser: BoundedParser, raw: Buffer): Promise<void> {
  for (let at = 0; at < raw.length; at += SLICE) {
    if (!parser.write(raw.subarray(at, at + SLICE))) await once(parser, 'drain');
    await setImmediate();
  }
  parser.end();
}

function takeText(mail: ParsedMail, data: MessageText): void {
  if (typeof data.html === 'string') mail.html = data.html;
  if (data.text?.trim()) mail.text = data.text;
  else if (mail.html) mail.text = textOfHtml(mail.html, mail);
}

function textOfHtml(html: string, mail: ParsedMail): string {
  mail.incomplete ||= html.length > MAIL_LIMITS.htmlToText;
  return convert(html.slice(0, MAIL_LIMITS.htmlToText), {
    wordwrap: false,
    limits: { maxDepth: 50, maxInputLength: MAIL_LIMITS.htmlToText },
    selectors: [{ selector: 'img', format: 'skip' }, { selector: 'a', options: { hideLinkHrefIfSameAsText: true } }],
  });
}

async function measure(mail: ParsedMail, data: AttachmentStream): Promise<void> {
  const ended = once(data.content, 'end');
  (data.content as Readable).resume();
  await ended;
  const { filename } = data;
  // The parser says `false` of an empty Content-Type.
  const mediaType = data.contentType || 'application/octet-stream';
  const found = data as AttachmentStream & { checksum: string; size: number };
  if (mail.attachments.length < MAIL_LIMITS.attachments) {
    mail.attachments.push({ ...(filename ? { name: filename } : {}), mediaType, size: found.size, sha256: found.checksum });
  } else mail.incomplete = true;
  data.release();
}
