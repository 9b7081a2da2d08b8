import { hash } from 'node:crypto';

/** UUIDs of names that belong to no tenant (RFC 9562, section 5.5) hang under this one. */
const ROOT = '3f0c7a52-7d1e-5c5c-9f5e-0d2b6a6b7c01';

/** Joins the parts of a name so that no two lists of parts give the same text (a part's length stands before it). */
const name = (parts: readonly (string | number)[]) => parts.map((part) => `${String(part).length}:${part}`).join('|');

/** UUIDv5. The one-shot hash takes a third of the time of the package `uuid`, and every interaction needs several. Throws TypeError where the namespace is no UUID. */
function v5(text: string, namespace: string): string {
  const under = Buffer.from(namespace.replaceAll('-', ''), 'hex');
  if (under.length !== 16) throw new TypeError('not a UUID to name under');
  const digest = hash('sha1', Buffer.concat([under, Buffer.from(text)]), 'hex');
  const variant = (Number.parseInt(digest[16]!, 16) & 0x3) | 0x8;
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-${variant.toString(16)}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}

/**
 * Id of an interaction: the same raw input always gives the same id (docs/architecture.md, invariant 2).
 * @param kind the adapter's word for what the tuple identifies (`message`, `status`, `call`; the generic door's is `interaction`)
 * @param tuple what the adapter declares as identifying, in its order
 */
export const interactionId = (tenant: string, account: string, kind: string, tuple: readonly (string | number)[]) =>
  v5(name(['interaction', account, kind, ...tuple]), tenant);

/** Id of a revision of an interaction: UUIDv5(interaction id, digest). */
export const revisionId = (interaction: string, digest: Uint8Array) =>
  v5(`revision|${Buffer.from(digest).toString('hex')}`, interaction);

/** Id of an event that another one caused: UUIDv5(cause, rule, ordinal). */
export const derivedId = (cause: string, rule: string, ordinal: number) => v5(name(['derived', rule, ordinal]), cause);

/** Id of a segment: UUIDv5(tenant, identity hash, generation[, conversation]). */
export const segmentId = (tenant: string, identityHash: Uint8Array, generation: number, conversation?: Uint8Array) => {
  const parts = ['segment', Buffer.from(identityHash).toString('hex'), generation];
  return v5(name(conversation ? [...parts, Buffer.from(conversation).toString('hex')] : parts), tenant);
};

/** Id of a dead letter: the same failure of the same thing twice is one dead letter. */
export const deadLetterId = (tenant: string, subject: string, cause: string) => v5(name(['dead-letter', subject, cause]), tenant);

/** Id of the tenant with this slug. */
export const tenantId = (slug: string) => v5(name(['tenant', slug]), ROOT);
