import { comparePositions, parsePosition, type Position } from '@throughline/contracts';
import type { Tx } from '@throughline/postgres';
import type { SegmentKey, Vault } from '@throughline/vault';
import { WITHHELD } from '../ledger-event';
import { membersOf } from '../membership';
import { identityBinding } from '../membership.projection';
import { latestPointers, TOLD_COLUMNS, traitsAt, type ToldColumns, type TraitValues } from '../trait-values';
import type { Traits } from '../traits';

/** An identity of a customer, and since when and by which interaction it is hers. */
export interface HeldIdentity {
  namespace: string;
  value: string;
  verified: boolean;
  /** Unix ms. */
  linkedAt: number;
  linkedBy: string;
}

/** What is known of a customer, folded from her segments. */
export interface CustomerProfile {
  customerId: string;
  /** Rises with every event of hers. */
  version: number;
  identities: HeldIdentity[];
  traits: Traits;
  channels: Map<string, { count: number; lastAt: number }>;
}

interface MemberRow extends ToldColumns {
  segment: string;
  customer: string;
  namespace: string;
  identity: Buffer;
  verified: boolean;
  first_position: string;
  first_event: string;
  first_at: string;
  events: string | null;
  cause: string | null;
  linked_at: string | null;
  channels: Record<string, { count: number; lastAt: number }> | null;
}

interface Member extends MemberRow {
  first: Position;
}

const SEGMENTS = `SELECT s.segment FROM ${membersOf('segment')} s`;

const MEMBERS = `
  SELECT s.segment, s.customer, s.namespace, s.identity, s.verified, s.first_position, s.first_event, s.first_at,
    p.version AS events, l.cause, l.recorded_at AS linked_at, c.*
  FROM ${membersOf('*')} s
  LEFT JOIN LATERAL (SELECT version FROM stream WHERE tenant = $1 AND stream = s.segment LIMIT 1) p ON true
  LEFT JOIN LATERAL (
    SELECT cause, recorded_at FROM segment_link WHERE tenant = $1 AND segment = s.segment ORDER BY recorded_at, event LIMIT 1
  ) l ON true
  LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(channel, jsonb_build_object('count', count, 'lastAt', last_at)) AS channels, ${TOLD_COLUMNS} FROM (
      SELECT channel, sum(count) AS count, max(last_at) AS last_at, ${TOLD_COLUMNS} FROM segment_summary
      WHERE tenant = $1 AND segment = s.segment GROUP BY channel) AS by_channel
  ) c ON true`;

/** All segments of the customer to whom this one belongs; none where nobody knows it. */
export async function segmentsOf(tx: Tx, tenant: string, member: string): Promise<string[]> {
  const { rows } = await tx.query<{ segment: string }>({ name: 'segments-of-customer', text: SEGMENTS, values: [tenant, [member]] });
  return rows.map(({ segment }) => segment);
}

export interface ProfileParts {
  vault: Pick<Vault, 'existingSegmentKeys'>;
  traits: Pick<TraitValues, 'read'>;
}

/** The profiles of the customers to whom these segments belong, each once, in the order of the segments; those nobody knows are left out. */
export async function readProfiles(tx: Tx, { vault, traits }: ProfileParts, tenant: string, segments: readonly string[]): Promise<CustomerProfile[]> {
  const { rows } = await tx.query<MemberRow>({ name: 'members-of-customers', text: MEMBERS, values: [tenant, segments] });
  const keys = await vault.existingSegmentKeys(tx, tenant, rows.map((row) => row.segment));
  const members = Map.groupBy(rows, (row) => row.customer);
  const pointers = new Map(Array.from(members, ([customer, own]) => [customer, latestPointers(own)]));
  const told = await traits.read(tx, tenant, [...pointers.values()].flat(), async () => keys);
  const customerOf = new Map(rows.map(({ segment, customer }) => [segment, customer]));
  const known = new Set(segments.flatMap((segment) => customerOf.get(segment) ?? []));
  return [...known].map((customer) => foldProfile(customer, members.get(customer)!, keys, traitsAt(pointers.get(customer)!, told)));
}

function foldProfile(customerId: string, rows: readonly MemberRow[], keys: ReadonlyMap<string, SegmentKey>, traits: Traits): CustomerProfile {
  const members = rows.map((row): Member => ({ ...row, first: parsePosition(row.first_position)! })).sort((a, b) => comparePositions(a.first, b.first));
  return {
    customerId,
    version: members.reduce((sum, { events }) => sum + Number(events ?? 0), 0),
    identities: members.flatMap((member) => identityOf(member, keys.get(member.segment))),
    traits,
    channels: channelsOf(members),
  };
}

/** The oldest member is hers from her first event on, every other one since it was linked. What stands in for a withheld identity is not shown. */
function identityOf(member: Member, key: SegmentKey | undefined): HeldIdentity[] {
  if (member.namespace === WITHHELD || !key) return [];
  const linked = member.segment !== member.customer && member.cause !== null;
  return [
    {
      namespace: member.namespace,
      value: key.open(identityBinding(member.segment), member.identity).toString('utf8'),
      verified: member.verified,
      linkedAt: Number(linked ? member.linked_at : member.first_at),
      linkedBy: linked ? member.cause! : member.first_event,
    },
  ];
}

function channelsOf(members: readonly Member[]): CustomerProfile['channels'] {
  const channels: CustomerProfile['channels'] = new Map();
  for (const [channel, { count, lastAt }] of members.flatMap((member) => Object.entries(member.channels ?? {}))) {
    const sum = channels.get(channel) ?? { count: 0, lastAt };
    channels.set(channel, { count: sum.count + count, lastAt: Math.max(sum.lastAt, lastAt) });
  }
  return channels;
}
