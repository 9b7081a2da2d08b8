/**
 * One-dimensional arrays in PostgreSQL's binary format (src/backend/utils/adt/arrayfuncs.c, array_recv). pg sends a Buffer
 * as a binary parameter, so nothing is escaped here or parsed there: the server spends about a third less on an append.
 */
const HEAD_BYTES = 20;
const OID = { bytea: 17, int8: 20, int4: 23, text: 25, uuid: 2950 };

const DASH = 45;
/** Value of a hexadecimal digit by its character code, else 255. */
const DIGIT = Uint8Array.from({ length: 128 }, (_, code) => (/[0-9a-f]/i.test(String.fromCharCode(code)) ? parseInt(String.fromCharCode(code), 16) : 255));

/** The 16 bytes of a UUID. Throws where the text is none. */
export function uuidBytes(uuid: string): Buffer {
  const bytes = Buffer.allocUnsafe(16);
  writeUuid(bytes, uuid, 0);
  return bytes;
}

/** The UUID whose 16 bytes stand there, in lower case. */
export function uuidText(bytes: Buffer, at = 0): string {
  const hex = bytes.toString('hex', at, at + 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Digit by digit: an append has three of them an event, and Buffer.from(.., 'hex') takes five times as long. */
function writeUuid(into: Buffer, uuid: string, at: number): number {
  let ok = uuid.length === 36;
  for (let from = 0, to = at; ok && from < 36; from += 2, to += 1) {
    if (from === 8 || from === 13 || from === 18 || from === 23) {
      ok = uuid.charCodeAt(from) === DASH;
      from += 1;
    }
    const [high, low] = [DIGIT[uuid.charCodeAt(from)] ?? 255, DIGIT[uuid.charCodeAt(from + 1)] ?? 255];
    ok &&= (high | low) < 16;
    into[to] = high * 16 + low;
  }
  if (!ok) throw new Error('not a UUID');
  return at + 16;
}

function withHead(oid: number, count: number, bytes: number): Buffer {
  const array = Buffer.allocUnsafe(HEAD_BYTES + bytes);
  // Dimensions, "has nulls", element type, length, lower bound.
  [1, 0, oid, count, 1].forEach((word, index) => array.writeInt32BE(word, index * 4));
  return array;
}

/** The parameter of a `bytea[]`. */
export function byteaArray(elements: readonly Uint8Array[]): Buffer {
  const array = withHead(OID.bytea, elements.length, elements.reduce((sum, element) => sum + 4 + element.length, 0));
  let at = HEAD_BYTES;
  for (const element of elements) {
    at = array.writeInt32BE(element.length, at);
    array.set(element, at);
    at += element.length;
  }
  return array;
}

/** The parameter of a `text[]`. */
export function textArray(elements: readonly string[]): Buffer {
  const array = withHead(OID.text, elements.length, elements.reduce((sum, text) => sum + 4 + Buffer.byteLength(text), 0));
  let at = HEAD_BYTES;
  for (const text of elements) {
    const bytes = array.write(text, at + 4);
    at = array.writeInt32BE(bytes, at) + bytes;
  }
  return array;
}

/** The parameter of a `uuid[]`. Throws where a text is no UUID. */
export function uuidArray(elements: readonly string[]): Buffer {
  const array = withHead(OID.uuid, elements.length, elements.length * 20);
  let at = HEAD_BYTES;
  for (const uuid of elements) at = writeUuid(array, uuid, array.writeInt32BE(16, at));
  return array;
}

/** The parameter of an `int4[]`. */
export function int4Array(elements: readonly number[]): Buffer {
  const array = withHead(OID.int4, elements.length, elements.length * 8);
  elements.forEach((element, index) => array.writeInt32BE(element, array.writeInt32BE(4, HEAD_BYTES + index * 8)));
  return array;
}

/** The parameter of an `int8[]`. */
export function int8Array(elements: readonly (number | bigint)[]): Buffer {
  const array = withHead(OID.int8, elements.length, elements.length * 12);
  elements.forEach((element, index) => array.writeBigInt64BE(BigInt(element), array.writeInt32BE(8, HEAD_BYTES + index * 12)));
  return array;
}
