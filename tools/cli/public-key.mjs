// Public keys as an operator hands them out: PEM.
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** SPKI, DER. */
export function readPublicKey(path) {
  try {
    return createPublicKey(readFileSync(path)).export({ format: 'der', type: 'spki' });
  } catch (cause) {
    throw new Error(`${path} holds no public key (PEM).`, { cause });
  }
}

export const pemOf = (der) => createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' }).export({ format: 'pem', type: 'spki' });
