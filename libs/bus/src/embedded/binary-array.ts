/** Type oids (pg_type.dat). */
const OID = { int4: 23, text: 25, bytea: 17 } as const;

/**
 * A one-dimensional array in PostgreSQL's binary format (array_recv), which pg passes on as it is: nothing is escaped here
 * nor parsed there, a third of the server's work.
 */
function binaryArray(oid: number, items: readonly Uint8Array[]): Buffer {
  const array = Buffer.alloc(20 + items.reduce((sum, item) => sum + 4 + item.length, 0));
  // Dimensions, has nulls, element type, length, lower bound.
  [1, 0, oid, items.length, 1].forEach((word, index) => array.writeInt32BE(word, index * 4));
  let at = 20;
  for (const item of items) {
    at = array.writeInt32BE(item.length, at);
    array.set(item, at);
    at += item.length;
  }
  return array;
}

export const byteaArray = (items: readonly Uint8Array[]) => binaryArray(OID.bytea, items);
export const textArray = (items: readonly string[]) => binaryArray(OID.text, items.map((item) => Buffer.from(item)));
export const intArray = (items: readonly number[]) => binaryArray(OID.int4, items.map(int4));

function int4(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
