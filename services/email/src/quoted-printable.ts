import { Transform, type TransformCallback } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

/** Encoded bytes decoded in one go. */
const BATCH = 64 * 1024;

/**
 * Quoted-printable. mailparser's own decoder keeps a whole part and decodes it at the end in one go (100 ms for each MiB), and takes the
 * square of a run of blanks (minutes for 2 MiB). This one decodes batches of whole lines and gives the event loop back in between.
 */
export class QuotedPrintableDecoder extends Transform {
  private waiting: Buffer[] = [];
  private size = 0;
  private enough = BATCH;

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.waiting.push(chunk);
    this.size += chunk.length;
    if (this.size < this.enough) return done();
    const all = Buffer.concat(this.waiting);
    const cut = safeCut(all);
    this.waiting = [all.subarray(cut)];
    this.size = all.length - cut;
    // What is left may be blanks without end: they are not copied for every batch that follows.
    this.enough = BATCH + 2 * this.size;
    this.decode(all.subarray(0, cut)).then(() => done(), done);
  }

  override _flush(done: TransformCallback): void {
    this.decode(Buffer.concat(this.waiting)).then(() => done(), done);
  }

  private async decode(encoded: Buffer): Promise<void> {
    if (encoded.length === 0) return;
    this.push(decoded(encoded));
    await setImmediate();
  }
}

const [TAB, LF, CR, SPACE, EQUALS] = [0x09, 0x0a, 0x0d, 0x20, 0x3d];

/** After the last line end; in a line without one, before what the next bytes may yet change: an escape that may not be whole, and what may be the line's end. */
function safeCut(bytes: Buffer): number {
  const line = bytes.lastIndexOf(LF) + 1;
  if (line > 0) return line;
  let cut = bytes.at(-2) === EQUALS ? bytes.length - 2 : bytes.length;
  while (cut > 0 && mayEnd(bytes[cut - 1])) cut -= 1;
  return cut;
}

/** RFC 2045, section 6.7, in one pass: blanks at a line's end go, `=` there joins it to the next, and an `=` that escapes nothing stays. */
function decoded(encoded: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(encoded.length);
  let [start, length] = [0, 0];
  while (start < encoded.length) {
    const end = encoded.indexOf(LF, start) + 1 || encoded.length;
    const eol = end - lineBreakBytes(encoded, end);
    const text = withoutLastBlanks(encoded.subarray(start, eol));
    const joins = text.at(-1) === EQUALS;
    length = unescape(joins ? text.subarray(0, -1) : text, bytes, length);
    if (!joins) length += encoded.copy(bytes, length, eol, end);
    start = end;
  }
  return bytes.subarray(0, length);
}

/** How many bytes before `end` are a line break: none after the last line. */
const lineBreakBytes = (bytes: Buffer, end: number) => (bytes[end - 1] !== LF ? 0 : bytes[end - 2] === CR ? 2 : 1);

function withoutLastBlanks(line: Buffer): Buffer {
  let end = line.length;
  while (end > 0 && isBlank(line[end - 1])) end -= 1;
  return line.subarray(0, end);
}

/** Writes what a line says. Gives where it ends. */
function unescape(line: Buffer, into: Buffer, start: number): number {
  let end = start;
  for (let at = 0; at < line.length; at += 1) {
    const escaped = line[at] === EQUALS ? escapedAt(line, at + 1) : undefined;
    into[end++] = escaped ?? line[at]!;
    if (escaped !== undefined) at += 2;
  }
  return end;
}

const mayEnd = (byte: number | undefined) => isBlank(byte) || byte === CR || byte === EQUALS;
const isBlank = (byte: number | undefined) => byte === SPACE || byte === TAB;

/** The byte that two hexadecimal digits say, or undefined where there are none. */
function escapedAt(line: Buffer, at: number): number | undefined {
  const digits = line.toString('latin1', at, at + 2);
  return /^[\da-f]{2}$/i.test(digits) ? Number.parseInt(digits, 16) : undefined;
}
