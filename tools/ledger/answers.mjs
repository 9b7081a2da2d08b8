// What the product answers about the customers of a load, read over HTTP, and its canonical form (RFC 8785), in which two
// products that were told the same say the same.
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { lookup, pages } from '../clients/api.mjs';

/** The profile and the whole timeline of one customer, the oldest item first. Undefined where nobody has the identity. */
export async function readCustomer(demo, { namespace, value }) {
  const found = await lookup(demo, namespace, value);
  if (!found) return undefined;
  const items = [];
  for await (const item of pages(demo, `/v1/customers/${found.customerId}/timeline?order=asc`)) items.push(item);
  // Last: what the timeline shows its profile counts, where the product still catches up while it is read.
  return { profile: await lookup(demo, namespace, value), items };
}

const byName = (a, b) => (`${a.namespace}:${a.value}` < `${b.namespace}:${b.value}` ? -1 : 1);

/**
 * Without what differs between two products that were told the same in another order:
 * - `position`, `recordedAt`: where and when the log took it;
 * - `customerId`: made from the tenant's own hash key, and from the identity that came first;
 * - `linkedAt`, `linkedBy`, and the order of the identities: which interaction came first.
 */
export function canonical({ profile, items }, drawn) {
  const identities = profile.identities.map((identity) => without(identity, 'linkedAt', 'linkedBy')).sort(byName);
  // A chat interaction's id is made from the visitor's, and that the server draws at random.
  const timeline = items.map((item) => without(item, 'position', 'recordedAt', ...(drawn ? ['id'] : [])));
  return rename(canonicalize({ profile: { ...without(profile, 'customerId'), identities }, timeline }), drawn);
}

const without = (thing, ...names) => Object.fromEntries(Object.entries(thing).filter(([name]) => !names.includes(name)));

/** What the server drew gets the name of what it stands for. */
const rename = (text, drawn = {}) => Object.entries(drawn).reduce((changed, [name, value]) => changed.replaceAll(value, name), text);

export const digestOf = (text) => createHash('sha256').update(text).digest('hex');

/** Where two canonical texts part, with a little of both; for people to read. */
export function parting(one, other) {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return `at ${at}: ...${one.slice(Math.max(0, at - 120), at + 80)}... against ...${other.slice(Math.max(0, at - 120), at + 80)}...`;
}
