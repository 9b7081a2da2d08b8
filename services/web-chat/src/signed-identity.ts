import { isRefusal, malformed, normaliseIdentity, unauthorized, type IdentityClaim } from '@throughline/contracts';
import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a site says of its visitor. With `signature` its back end vouches for it, as after a login; without, it is a hint. */
export interface IdentityStatement {
  namespace: string;
  value: string;
  /** Hex HMAC-SHA256 by the account's secret over `<visitor>|<namespace>:<value>`. */
  signature?: string;
}

/** Ours alone to give. */
const RESERVED = 'web-visitor';

/**
 * The claim a statement makes: verified where it bears the site's signature for this very visitor.
 * @throws `malformed` where it names nobody, `unauthorized` (`signature`) where the signature is wrong: a bad one is no hint.
 */
export function claimOf(statement: unknown, visitor: string, secret: string | undefined): IdentityClaim {
  const { namespace, value, signature } = (statement ?? {}) as Partial<Record<keyof IdentityStatement, unknown>>;
  if (typeof namespace !== 'string' || typeof value !== 'string') throw malformed('An identity has a namespace and a value.');
  const normal = normaliseIdentity({ namespace, value });
  if (isRefusal(normal) || normal.namespace === RESERVED) throw malformed('The identity names nobody.');
  if (signature === undefined) return { ...normal, verified: false };
  if (!secret || typeof signature !== 'string' || !fits(signature, secret, `${visitor}|${namespace}:${value}`)) {
    throw unauthorized('signature', "The identity's signature is wrong.");
  }
  return { ...normal, verified: true };
}

function fits(signature: string, secret: string, text: string): boolean {
  const expected = createHmac('sha256', secret).update(text).digest();
  const given = Buffer.from(signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
