import { createSecretKey, hash, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import { rejected } from '@throughline/contracts';

const MAGIC = Buffer.from('TLS1');
const FIXED_BYTES = MAGIC.length + 2;
const SALT_BYTES = 32;
const MAX_LABEL_BYTES = 1024;
/** No header is longer. */
export const MAX_HEADER_BYTES = FIXED_BYTES + MAX_LABEL_BYTES + SALT_BYTES;

/** `TLS1`, length of the label (2 bytes, big endian), label, 32 random bytes of salt. Throws `TypeError` over 1,024 bytes of label. */
export function newHeader(label: Uint8Array): Buffer {
  if (label.length > MAX_LABEL_BYTES) throw new TypeError('A label has at most 1,024 bytes.');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(label.length);
  return Buffer.concat([MAGIC, length, label, randomBytes(SALT_BYTES)]);
}

/** Bytes of a header with a label of so many. */
export const headerBytes = (labelBytes: number) => FIXED_BYTES + labelBytes + SALT_BYTES;

/** The header at the beginning of these bytes; undefined where they are too few to tell. Throws `rejected` (`unopenable`) where there is none. */
export function headerIn(bytes: Buffer): Buffer | undefined {
  if (bytes.length < FIXED_BYTES) return undefined;
  const labelBytes = bytes.readUInt16BE(MAGIC.length);
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC) || labelBytes > MAX_LABEL_BYTES) throw unopenable();
  return bytes.length < headerBytes(labelBytes) ? undefined : bytes.subarray(0, headerBytes(labelBytes));
}

export const labelOf = (header: Buffer) => header.subarray(FIXED_BYTES, header.length - SALT_BYTES);

/** One key for each stream, from all of its header: a changed header, another context or another key give another one. */
export function streamKey(key: KeyObject, header: Buffer, context: string): KeyObject {
  const salt = header.subarray(header.length - SALT_BYTES);
  const bound = hash('sha256', Buffer.concat([header, Buffer.from(context)]), 'buffer');
  const info = Buffer.concat([Buffer.from('throughline sealed stream 1'), bound]);
  return createSecretKey(Buffer.from(hkdfSync('sha256', key, salt, info, 32)));
}

export const unopenable = (cause?: unknown) =>
  rejected('unopenable', 'A sealed stream does not open: it, its context or its key was changed, or its end is missing.', { cause });
