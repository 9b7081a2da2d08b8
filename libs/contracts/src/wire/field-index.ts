import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { BYTES, VARINT } from './wire-types';

const LARGEST_SAFE = Number.MAX_SAFE_INTEGER;
const NOTHING = new Uint8Array();
/** What stands for bytes that are no UTF-8; it may have been written, too. */
const REPLACED = '\ufffd';
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** No wire type. */
const UNKNOWN = 255;

/**
 * Where the fields of a message stand, so that only those that are wanted are taken out. For flat messages of numbers, strings and
 * bytes. It is used again for the next message: whoever asks it for fields does so before anybody indexes another.
 */
export class FieldIndex {
  private bytes: Buffer = Buffer.alloc(0);
  private readonly starts: Int32Array;
  /** Of strings and bytes their length, of numbers themselves. */
  private readonly values: Float64Array;
  /** By field. */
  private readonly wireTypes: Uint8Array;
  private readonly largest: Float64Array;
  private at = 0;

  constructor({ fields }: DescMessage) {
    const size = Math.max(...fields.map(({ number }) => number)) + 1;
    this.starts = new Int32Array(size);
    this.values = new Float64Array(size);
    this.wireTypes = new Uint8Array(size).fill(UNKNOWN);
    this.largest = new Float64Array(size).fill(LARGEST_SAFE);
    for (const field of fields) {
      this.wireTypes[field.number] = wireTypeOf(field);
      if (field.fieldKind === 'enum' || field.scalar === ScalarType.UINT32) this.largest[field.number] = 2 ** 31 - 1;
    }
  }

  /** False where the bytes hold something else than known fields as writers of today put them: read them another way then. */
  index(bytes: Uint8Array): boolean {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.values.fill(0);
    this.at = 0;
    while (this.at < bytes.length) if (!this.field()) return false;
    return this.at === bytes.length;
  }

  /** Throws where it is no UTF-8. */
  text(field: number): string {
    const start = this.starts[field]!;
    const length = this.values[field]!;
    if (length === 0) return '';
    const text = this.bytes.toString('utf8', start, start + length);
    return text.includes(REPLACED) ? strict.decode(this.bytes.subarray(start, start + length)) : text;
  }

  /** A view. */
  blob(field: number): Uint8Array {
    const start = this.starts[field]!;
    const length = this.values[field]!;
    return length === 0 ? NOTHING : this.bytes.subarray(start, start + length);
  }

  number(field: number): number {
    return this.values[field]!;
  }

  long(field: number): bigint {
    return BigInt(this.values[field]!);
  }

  /** Of a sint64. */
  signedLong(field: number): bigint {
    const value = this.values[field]!;
    return BigInt(value % 2 === 0 ? value / 2 : -(value + 1) / 2);
  }

  private field(): boolean {
    const tag = this.varint();
    const field = tag >>> 3;
    const value = this.varint();
    if ((tag & 7) !== this.wireTypes[field] || value > this.largest[field]!) return false;
    this.values[field] = value;
    if ((tag & 7) === VARINT) return true;
    this.starts[field] = this.at;
    this.at += value;
    return true;
  }

  /** What does not fit, and what the bytes end in, is greater than every number that does. */
  private varint(): number {
    let value = 0;
    for (let scale = 1; scale <= LARGEST_SAFE; scale *= 0x80) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) return Infinity;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    return Infinity;
  }
}

function wireTypeOf(field: DescField): number {
  if (field.fieldKind === 'enum') return VARINT;
  if (field.fieldKind !== 'scalar') return UNKNOWN;
  return field.scalar === ScalarType.STRING || field.scalar === ScalarType.BYTES ? BYTES : VARINT;
}
