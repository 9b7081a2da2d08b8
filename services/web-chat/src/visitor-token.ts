import type { TenantKeys } from '@throughline/vault';
import { randomUUID, timingSafeEqual } from 'node:crypto';

type Hash = Pick<TenantKeys, 'hash'>;

const TOKEN = /^(visitor_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([A-Za-z0-9_-]{22})$/;

/** An id nobody can guess (122 random bits). */
export const newVisitor = () => `visitor_${randomUUID()}`;

/** What the browser keeps: the visitor's id and our signature over (account, visitor) under the tenant's hash key. It ends with the tenant. */
export const visitorToken = (keys: Hash, account: string, visitor: string) => `${visitor}.${sign(keys, account, visitor).toString('base64url')}`;

/** The visitor a token was issued to on this account, or undefined where we did not issue it. Compared in constant time. */
export function visitorOf(keys: Hash, account: string, token: string): string | undefined {
  const [, visitor, signature] = TOKEN.exec(token) ?? [];
  if (!visitor || !signature) return undefined;
  return timingSafeEqual(Buffer.from(signature, 'base64url'), sign(keys, account, visitor)) ? visitor : undefined;
}

/** Digests are taken over JSON objects, so the leading word keeps this text apart from every one of them. */
const sign = (keys: Hash, account: string, visitor: string) => keys.hash('digest', `visitor|${account}|${visitor}`);
