import { BYTES, VARINT } from './wire-types';

/** A scratch that grew beyond this for one large message is not kept. */
const KEPT_BYTES = 1 << 20;
/** A tag and a length, or a tag and a 64-bit number. */
const HEAD_BYTES = 16;

let spare = Buffer.allocUnsafe(1 << 14);

/**
 * The bytes of a message, written into one buffer that all messages share: `BinaryWriter` makes several for each. Throws where `fill`
 * begins another message: the two would lie over each other.
 */
export function written(fill: (writer: WireWriter) => void): Buffer {
  if (busy) throw new Error('a message is begun inside another: nest it');
  busy = true;
  try {
    const writer = new WireWriter();
    fill(writer);
    return writer.copy();
  } finally {
    busy = false;
  }
}

let busy = false;

/** Writes protobuf's wire format. Lengths are put in afterwards, as short as they can be. What is proto3's default is not written. */
export class WireWriter {
  private bytes = spare;
  private at = 0;

  text(field: number, value: string): void {
    if (value !== '') this.anyText(field, value);
  }

  /** An empty one is written too. */
  anyText(field: number, value: string): void {
    const start = this.begin(field, 3 * value.length, varintBytes(value.length));
    this.at += this.bytes.write(value, this.at);
    this.end(start, varintBytes(value.length));
  }

  blob(field: number, value: Uint8Array): void {
    if (value.length > 0) this.message(field, value);
  }

  /** A message whose bytes are there already; an empty one is written too. */
  message(field: number, value: Uint8Array): void {
    this.room(value.length);
    this.tag(field, BYTES);
    this.varint(value.length);
    this.bytes.set(value, this.at);
    this.at += value.length;
  }

  /** And enums. */
  uint32(field: number, value: number): void {
    if (value === 0) return;
    if (!(Number.isInteger(value) && value > 0 && value < 2 ** 32)) throw unfit('uint32');
    this.room(0);
    this.tag(field, VARINT);
    this.varint(value);
  }

  flag(field: number, value: boolean): void {
    this.uint32(field, value ? 1 : 0);
  }

  int64(field: number, value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) throw unfit('int64');
    this.long(field, value);
  }

  uint64(field: number, value: bigint): void {
    if (BigInt.asUintN(64, value) !== value) throw unfit('uint64');
    this.long(field, value);
  }

  /** Small negative numbers are short, too. */
  sint64(field: number, value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) throw unfit('sint64');
    this.long(field, (value << 1n) ^ (value >> 63n));
  }

  nested(field: number, write: () => void): void {
    const start = this.begin(field, 0, 1);
    write();
    this.end(start, 1);
  }

  copy(): Buffer {
    return Buffer.from(this.bytes.subarray(0, this.at));
  }

  /** The tag, and room for a length of so many bytes. Gives where the content starts. */
  private begin(field: number, content: number, lengthBytes: number): number {
    this.room(content);
    this.tag(field, BYTES);
    this.at += lengthBytes;
    return this.at;
  }

  /** Puts in the content's length; where it needs more room than was left, the content moves. */
  private end(start: number, lengthBytes: number): void {
    const length = this.at - start;
    const more = varintBytes(length) - lengthBytes;
    if (more > 0) {
      this.room(more);
      this.bytes.copyWithin(start + more, start, this.at);
    }
    const end = this.at + more;
    this.at = start - lengthBytes;
    this.varint(length);
    this.at = end;
  }

  private long(field: number, value: bigint): void {
    if (value === 0n) return;
    this.room(0);
    this.tag(field, VARINT);
    if (value > 0n && value <= Number.MAX_SAFE_INTEGER) this.varint(Number(value));
    else this.longVarint(BigInt.asUintN(64, value));
  }

  private tag(field: number, type: number): void {
    this.varint((field << 3) | type);
  }

  private varint(value: number): void {
    let rest = value;
    for (; rest > 0x7fff_ffff; rest = Math.floor(rest / 0x80)) this.bytes[this.at++] = (rest % 0x80) | 0x80;
    for (; rest > 0x7f; rest >>>= 7) this.bytes[this.at++] = (rest & 0x7f) | 0x80;
    this.bytes[this.at++] = rest;
  }

  private longVarint(value: bigint): void {
    let rest = value;
    for (; rest > 0x7fn; rest >>= 7n) this.bytes[this.at++] = Number(rest & 0x7fn) | 0x80;
    this.bytes[this.at++] = Number(rest);
  }

  private room(content: number): void {
    const needed = this.at + content + HEAD_BYTES;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * needed);
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
    if (larger.length <= KEPT_BYTES) spare = larger;
  }
}

const varintBytes = (value: number) => (value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5);

const unfit = (type: string) => new RangeError(`a number does not fit into ${type}`);
