import { hash, type KeyObject } from 'node:crypto';
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

const CHECK_BYTES = 4;
const checkOf = (name: string, key: Buffer) => hash('sha256', Buffer.concat([Buffer.from(name), key]), 'buffer').subarray(0, CHECK_BYTES);

/** The key itself and four bytes that tell whether it is whole. */
export const plainRecord: RecordForm = {
  write(record, name, key) {
    key.copy(record);
    checkOf(name, key).copy(record, KEY_BYTES);
  },
  read(record, name) {
    const key = Buffer.from(record.subarray(0, KEY_BYTES));
    if (checkOf(name, key).equals(record.subarray(KEY_BYTES, KEY_BYTES + CHECK_BYTES))) return key;
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
