import { timingSafeEqual } from 'node:crypto';
import { malformed } from '@throughline/contracts';
import type { TenantKeys } from '@throughline/vault';

type Keys = Pick<TenantKeys, 'hash'>;

const SIGNATURE_BYTES = 16;

/**
 * A cursor for a list: opaque, signed under the tenant's own hash key, so no other tenant's cursor passes.
 * @param kind the list it belongs to with the version of its payload (`timeline/1`): a cursor of another list does not pass
 * @param payload where the next page begins; anyone can read it, so no personal data
 */
export function signCursor(keys: Keys, kind: string, payload: unknown): string {
  const body = Buffer.from(JSON.stringify(payload));
  return Buffer.concat([signature(keys, kind, body), body]).toString('base64url');
}

/** What was signed. Throws 400 (`malformed`, pointer `/cursor`) for what `signCursor` did not make for this tenant and list. */
export function readCursor<T>(keys: Keys, kind: string, cursor: string): T {
  const bytes = Buffer.from(cursor, 'base64url');
  const body = bytes.subarray(SIGNATURE_BYTES);
  const given = bytes.subarray(0, SIGNATURE_BYTES);
  if (body.length === 0 || !timingSafeEqual(given, signature(keys, kind, body))) {
    throw malformed('The cursor is not one of ours.', [{ pointer: '/cursor', code: 'cursor', detail: 'Not a cursor of this list.' }]);
  }
  return JSON.parse(body.toString('utf8')) as T;
}

/** "cursor" and a NUL stand before everything else that this purpose is used for: canonical JSON never begins so. */
const signature = (keys: Keys, kind: string, body: Buffer) => keys.hash('digest', Buffer.concat([Buffer.from(`cursor\0${kind}\0`), body]));
