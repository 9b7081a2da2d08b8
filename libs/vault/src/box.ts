import { createCipheriv, createDecipheriv, createSecretKey, hash, type KeyObject } from 'node:crypto';
import { rejected } from '@throughline/contracts';
import { fillRandom } from './random-pool';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const KEY_BYTES = 32;

/** Keys are kept as KeyObject: with a raw buffer Node 24 takes four times as long per box. */
export const toKey = (bytes: Uint8Array): KeyObject => createSecretKey(bytes);

/** The same for bytes nobody needs any more: they are wiped. */
export function toKeyOnce(bytes: Uint8Array): KeyObject {
  const key = toKey(bytes);
  bytes.fill(0);
  return key;
}

/** AES-256-GCM: nonce (12 bytes), ciphertext, tag (16 bytes). The id is the associated data. */
export function sealBox(key: KeyObject, id: string, plain: Uint8Array): Buffer {
  const box = Buffer.allocUnsafe(NONCE_BYTES + plain.length + TAG_BYTES);
  fillRandom(box, 0, NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, box.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(id));
  cipher.update(plain).copy(box, NONCE_BYTES);
  cipher.final();
  cipher.getAuthTag().copy(box, NONCE_BYTES + plain.length);
  return box;
}

/** Opens what `sealBox` made for this id. Throws `rejected` (`unopenable`) where box, id or key is another. */
export function openBox(key: KeyObject, id: string, box: Uint8Array): Buffer {
  const end = box.length - TAG_BYTES;
  if (end < NONCE_BYTES) throw unopenable();
  const decipher = createDecipheriv(CIPHER, key, box.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(id));
  decipher.setAuthTag(box.subarray(end));
  const plain = decipher.update(box.subarray(NONCE_BYTES, end));
  try {
    decipher.final();
  } catch (cause) {
    throw unopenable(cause);
  }
  return plain;
}

const unopenable = (cause?: unknown) => rejected('unopenable', 'A sealed body does not open: it, its id or its key was changed.', { cause });

/** SHA-256 over the event id's text and the Body's bytes (which hold their salt): what the hash chain knows of a body. */
export function commitment(id: string, body: Uint8Array): Buffer {
  const text = Buffer.allocUnsafe(Buffer.byteLength(id) + body.length);
  text.set(body, text.write(id));
  // As text and back: half the time of a Buffer of its own.
  return Buffer.from(hash('sha256', text, 'binary'), 'latin1');
}
