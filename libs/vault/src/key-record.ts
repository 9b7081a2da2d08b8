import type { KeyObject } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { KEY_BYTES, openBox, sealBox } from './box';

/**
 * A key in a file: 64 bytes, so that none lies across two sectors and destroying it by overwriting is one write of the
 * disk's. Zeros: destroyed.
 */
export const RECORD_BYTES = 64;
export const DESTROYED_RECORD = Buffer.alloc(RECORD_BYTES);

/** How keys stand in their records. `name` says whose key it is. */
export interface RecordForm {
  write(record: Buffer, name: string, key: Buffer): void;
  /** Throws where the record is damaged or another key's. */
  read(record: Buffer, name: string): Buffer;
}

/** Tells damage, not malice: who can write the file can write the check. */
const checkOf = (name: string, key: Buffer) => crc32(key, crc32(name));

/** The key itself and four bytes that tell whether it is whole and in its place. */
export const plainRecord: RecordForm = {
  write(record, name, key) {
    key.copy(record);
    record.writeUInt32BE(checkOf(name, key), KEY_BYTES);
  },
  read(record, name) {
    const key = Buffer.from(record.subarray(0, KEY_BYTES));
    if (checkOf(name, key) === record.readUInt32BE(KEY_BYTES)) return key;
    throw new Error('A key is damaged.');
  },
};

const BOX_BYTES = 60;

/** The key in a box (AES-256-GCM) under the key of its file. */
export const sealedRecord = (fileKey: KeyObject): RecordForm => ({
  write: (record, name, key) => void sealBox(fileKey, name, key).copy(record),
  read: (record, name) => openBox(fileKey, name, record.subarray(0, BOX_BYTES)),
});

/** Undefined where it was destroyed. */
export const readRecord = (form: RecordForm, record: Buffer, name: string): Buffer | undefined =>
  record.equals(DESTROYED_RECORD) ? undefined : form.read(record, name);
