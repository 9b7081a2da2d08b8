import { hash } from 'node:crypto';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** True for an id as all of ours are written: a UUID in lower case. */
export const isId = (text: string) => UUID.test(text);

/** UUIDs of names that belong to no tenant (RFC 9562, section 5.5) hang under this one. */
const ROOT = '3f0c7a52-7d1e-5c5c-9f5e-0d2b6a6b7c01';

/** Joins the parts of a name so that no two lists of parts give the same text (a part's length stands before it). */
function name(parts: readonly (string | number)[]): string {
  let text = '';
  for (const part of parts) text += `${text && '|'}${String(part).length}:${part}`;
  return text;
}

const NAMESPACE_BYTES = 16;
/** The bytes to hash: the namespace of the last call, which most calls share, and room for a name of 1,000 characters. */
const scratch = Buffer.alloc(4096);
const LONGEST = 1000;
let under = '';

/** UUIDv5. The one-shot hash takes a third of the time of the package `uuid`, and every interaction needs several. Throws TypeError where the namespace is no UUID. */
function v5(text: string, namespace: string): string {
  if (namespace !== under) nameUnder(namespace);
  return formatV5(hash('sha1', text.length > LONGEST ? Buffer.concat([scratch.subarray(0, NAMESPACE_BYTES), Buffer.from(text)]) : inScratch(text), 'binary'));
}

const inScratch = (text: string) => scratch.subarray(0, NAMESPACE_BYTES + scratch.write(text, NAMESPACE_BYTES));

function nameUnder(namespace: string): void {
  const bytes = Buffer.from(namespace.replaceAll('-', ''), 'hex');
  if (bytes.length !== NAMESPACE_BYTES) throw new TypeError('not a UUID to name under');
  bytes.copy(scratch);
  under = namespace;
}

const DIGITS = Buffer.from('0123456789abcdef');
const written = Buffer.from('00000000-0000-5000-8000-000000000000');
/** Where each byte's two digits stand. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/** Into one flat text: slices of the digest in hexadecimal, joined, take half as long again. */
function formatV5(digest: string): string {
  PLACES.forEach((place, index) => {
    written[place] = DIGITS[digest.charCodeAt(index) >> 4]!;
    written[place + 1] = DIGITS[digest.charCodeAt(index) & 0xf]!;
  });
  written[PLACES[6]!] = DIGITS[5]!;
  written[PLACES[8]!] = DIGITS[((digest.charCodeAt(8) >> 4) & 0x3) | 0x8]!;
  return written.toString('latin1');
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
