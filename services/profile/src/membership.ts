import { comparePositions, formatPosition, parsePosition, type Position } from '@throughline/contracts';
import type { Tx } from '@throughline/postgres';

/** A segment as its first event shows it. */
export interface SegmentRow {
  segment: string;
  identityHash: Buffer;
  generation: number;
  namespace: string;
  /** Sealed value. */
  identity: Uint8Array;
  verified: boolean;
  firstPosition: Position;
  firstEvent: string;
  firstAt: number;
}

/** One direction of a link, as the stream of `segment` holds it. */
export interface LinkRow {
  segment: string;
  peer: string;
  /** The peer was vouched for on this segment's channel, not only the other way round. */
  vouches: boolean;
  event: string;
  cause: string;
  recordedAt: number;
}

interface Member {
  segment: string;
  customer: string;
  first: Position;
}

/**
 * One writer at a time changes who belongs together in a tenant. Taken before any stream is locked, and by batches with a new
 * link only, so it never waits in a ring with them.
 */
export const lockMembership = (tx: Tx, tenant: string) =>
  tx.query("SELECT pg_advisory_xact_lock(hashtextextended('membership ' || $1, 0))", [tenant]);

/** In which of these pairs the first has vouched for the second already. */
export async function readLinks(tx: Tx, tenant: string, pairs: readonly (readonly [string, string])[]): Promise<[string, string][]> {
  const { rows } = await tx.query<{ segment: string; peer: string }>({
    name: 'links-of-pairs',
    text: `SELECT l.segment, l.peer FROM unnest($2::uuid[], $3::uuid[]) AS pair(segment, peer)
           CROSS JOIN LATERAL (SELECT segment, peer FROM segment_link WHERE tenant = $1 AND segment = pair.segment AND peer = pair.peer AND vouches LIMIT 1) l`,
    values: [tenant, pairs.map(([segment]) => segment), pairs.map(([, peer]) => peer)],
  });
  return rows.map(({ segment, peer }) => [segment, peer]);
}

/**
 * SQL: all members of the customers to whom these segments ($2) belong. One statement with whatever is read of them: where a merge commits
 * between two, the customer that the first one named has no members any more. LATERAL, so that each row is looked up by its whole key
 * whatever the planner knows of a young table.
 */
export const membersOf = (columns: string) => `
  (SELECT DISTINCT customer FROM segment WHERE tenant = $1 AND segment = ANY ($2::uuid[])) AS whose
  CROSS JOIN LATERAL (SELECT ${columns} FROM segment WHERE tenant = $1 AND customer = whose.customer OFFSET 0)`;

/** Which of these segments stand already, and whether each is verified. */
export async function readSegments(tx: Tx, tenant: string, segments: readonly string[]): Promise<Map<string, boolean>> {
  const { rows } = await tx.query<{ segment: string; verified: boolean }>({
    name: 'segments-known',
    text: 'SELECT segment, verified FROM segment WHERE tenant = $1 AND segment = ANY ($2::uuid[])',
    values: [tenant, segments],
  });
  return new Map(rows.map(({ segment, verified }) => [segment, verified]));
}

/** A new segment is a customer of its own. Rows are written in the order of segments: see `mergeCustomers`. */
export async function writeSegments(tx: Tx, tenant: string, rows: readonly SegmentRow[]): Promise<void> {
  if (rows.length === 0) return;
  const sorted = rows.toSorted((a, b) => (a.segment < b.segment ? -1 : 1));
  await tx.query({
    name: 'write-segments',
    text: `INSERT INTO segment (tenant, segment, identity_hash, generation, namespace, identity, verified, customer, first_position, first_event, first_at)
           SELECT $1, r.segment, r.hash, r.generation, r.namespace, r.identity, r.verified, r.segment, r.position, r.event, r.at
           FROM unnest($2::uuid[], $3::bytea[], $4::int[], $5::text[], $6::bytea[], $7::boolean[], $8::text[], $9::uuid[], $10::bigint[])
             AS r(segment, hash, generation, namespace, identity, verified, position, event, at)
           ON CONFLICT (tenant, segment) DO UPDATE SET verified = segment.verified OR excluded.verified`,
    values: [
      tenant,
      sorted.map((row) => row.segment),
      sorted.map((row) => row.identityHash),
      sorted.map((row) => row.generation),
      sorted.map((row) => row.namespace),
      sorted.map((row) => row.identity),
      sorted.map((row) => row.verified),
      sorted.map((row) => formatPosition(row.firstPosition)),
      sorted.map((row) => row.firstEvent),
      sorted.map((row) => row.firstAt),
    ],
  });
}

/** The first link of a pair stands: it is the one that made them one customer. */
export async function writeLinks(tx: Tx, tenant: string, links: readonly LinkRow[]): Promise<void> {
  if (links.length === 0) return;
  const rows = onePerPair(links);
  await tx.query(
    `INSERT INTO segment_link (tenant, segment, peer, event, cause, recorded_at, vouches)
     SELECT $1, l.* FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::bigint[], $7::boolean[]) AS l
     ON CONFLICT (tenant, segment, peer) DO UPDATE SET vouches = true WHERE excluded.vouches AND NOT segment_link.vouches`,
    [
      tenant,
      rows.map((link) => link.segment),
      rows.map((link) => link.peer),
      rows.map((link) => link.event),
      rows.map((link) => link.cause),
      rows.map((link) => link.recordedAt),
      rows.map((link) => link.vouches),
    ],
  );
}

function onePerPair(links: readonly LinkRow[]): LinkRow[] {
  const rows = new Map<string, LinkRow>();
  for (const link of links) {
    const pair = `${link.segment}|${link.peer}`;
    const first = rows.get(pair);
    rows.set(pair, { ...(first ?? link), vouches: link.vouches || first?.vouches === true });
  }
  return [...rows.values()];
}

/**
 * Makes one customer of those these links join: all their members then answer to the oldest one's id. Half a link whose other
 * segment has no event yet waits for it. Rows are locked in the order of segments, as every writer does.
 */
export async function mergeCustomers(tx: Tx, tenant: string, links: readonly Pick<LinkRow, 'segment' | 'peer'>[]): Promise<void> {
  if (links.length === 0) return;
  const members = await lockMembers(tx, tenant, [...new Set(links.flatMap(({ segment, peer }) => [segment, peer]))]);
  const moves = customersAfter(members, links);
  if (moves.size === 0) return;
  await tx.query(
    `UPDATE segment SET customer = ($3::uuid[])[array_position($2::uuid[], segment)] WHERE tenant = $1 AND segment = ANY ($2::uuid[])`,
    [tenant, [...moves.keys()], [...moves.values()]],
  );
}

const JOINED_AT_ONCE = 1_000;
const FIRST_LINK = '00000000-0000-0000-0000-000000000000/00000000-0000-0000-0000-000000000000';

/**
 * Makes one customer of all whom the tenant's links join, whatever was joined before: for segments folded in another order than the
 * log's. A part at a time. @param after what the part before gave back @returns undefined after the last part
 */
export async function joinAll(tx: Tx, tenant: string, after = FIRST_LINK): Promise<string | undefined> {
  const { rows } = await tx.query<{ segment: string; peer: string }>(
    `SELECT segment, peer FROM segment_link WHERE tenant = $1 AND (segment, peer) > ($2, $3) ORDER BY segment, peer LIMIT ${JOINED_AT_ONCE}`,
    [tenant, ...after.split('/')],
  );
  await mergeCustomers(tx, tenant, rows);
  return rows.length < JOINED_AT_ONCE ? undefined : `${rows.at(-1)!.segment}/${rows.at(-1)!.peer}`;
}

async function lockMembers(tx: Tx, tenant: string, segments: readonly string[]): Promise<Member[]> {
  const joined = await tx.query<{ customer: string }>('SELECT DISTINCT customer FROM segment WHERE tenant = $1 AND segment = ANY ($2::uuid[])', [tenant, segments]);
  const { rows } = await tx.query<{ segment: string; customer: string; first: string }>(
    `SELECT segment, customer, first_position AS first FROM segment
     WHERE tenant = $1 AND customer = ANY ($2::uuid[]) ORDER BY segment FOR UPDATE`,
    [tenant, joined.rows.map(({ customer }) => customer)],
  );
  return rows.map((row) => ({ ...row, first: parsePosition(row.first)! }));
}

/** Members whose customer changes, with the new one. */
export function customersAfter(members: readonly Member[], links: readonly Pick<LinkRow, 'segment' | 'peer'>[]): Map<string, string> {
  const customerOf = new Map(members.map((member) => [member.segment, member.customer]));
  const joined = new Map<string, string>();
  const root = (customer: string) => rootOf(joined, customer);
  for (const { segment, peer } of links) {
    const [a, b] = [customerOf.get(segment), customerOf.get(peer)];
    if (a !== undefined && b !== undefined && root(a) !== root(b)) joined.set(root(a), root(b));
  }
  const oldest = oldestBy(members, (member) => root(member.customer));
  const next = (member: Member) => oldest.get(root(member.customer))!.segment;
  return new Map(members.filter((member) => next(member) !== member.customer).map((member) => [member.segment, next(member)]));
}

/** Who stands for all whom a customer was joined with. Each walk halves the way of the next: a batch may join thousands in a row. */
function rootOf(joined: Map<string, string>, customer: string): string {
  let at = customer;
  for (let next = joined.get(at); next !== undefined; next = joined.get(at)) {
    const beyond = joined.get(next);
    if (beyond === undefined) return next;
    joined.set(at, beyond);
    at = beyond;
  }
  return at;
}

function oldestBy(members: readonly Member[], group: (member: Member) => string): Map<string, Member> {
  const oldest = new Map<string, Member>();
  for (const member of members) {
    const standing = oldest.get(group(member));
    if (!standing || isOlder(member, standing)) oldest.set(group(member), member);
  }
  return oldest;
}

const isOlder = (a: Member, b: Member) => comparePositions(a.first, b.first) < 0;
