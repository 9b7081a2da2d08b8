import type { Tx } from '@throughline/postgres';
import type { EventRow } from './read';
import type { UuidRange } from './uuid-range';

/** A stream's end as it is kept beside the events. */
export interface Head {
  stream: string;
  version: number;
  head: Buffer;
}

/** An event with all that is kept of it in other tables; `box` is null where bodies are not opened. */
export interface LogRow extends Omit<EventRow, 'generation' | 'digest'> {
  group_start: string;
  chain: Buffer;
  id_xid: string | null;
  id_n: string | null;
  id_digest: Buffer | null;
  body_tenant: string | null;
  body_digest: Buffer | null;
}

const HEADS = `SELECT stream, version, head FROM stream WHERE tenant = $1 AND stream BETWEEN $2 AND $3 ORDER BY stream LIMIT $4`;
const HEAD = 'SELECT stream, version, head FROM stream WHERE tenant = $1 AND stream = $2';

const events = (box: string) => `
  SELECT e.xid::text, e.n, e.version, e.group_start, e.occurred_at, e.recorded_at, e.tenant, e.stream, e.id, e.type, e.key, e.envelope, e.chain,
    i.xid::text AS id_xid, i.n AS id_n, i.digest AS id_digest, b.tenant AS body_tenant, b.digest AS body_digest, b.key_id, ${box} AS box
  FROM event e LEFT JOIN event_id i ON i.tenant = e.tenant AND i.id = e.id LEFT JOIN event_body b ON b.n = e.n
  WHERE e.tenant = $1 AND (e.stream, e.version) > ($2::uuid, $3::bigint) AND e.stream <= $4 ORDER BY e.stream, e.version LIMIT $5`;
const EVENTS = events('NULL::bytea');
const EVENTS_WITH_BODIES = events('b.box');

/** Before every version, whatever somebody wrote there. */
export const BEFORE_ALL = '-9223372036854775808';

interface HeadRow {
  stream: string;
  version: string;
  head: Buffer;
}

const headOf = ({ stream, version, head }: HeadRow): Head => ({ stream, version: Number(version), head });

/** Heads of a range, in its order. */
export async function readHeads(tx: Tx, tenant: string, { from, to }: UuidRange, limit: number): Promise<Head[]> {
  const { rows } = await tx.query<HeadRow>({ name: 'verify-heads', text: HEADS, values: [tenant, from, to, limit] });
  return rows.map(headOf);
}

export async function readHead(tx: Tx, tenant: string, stream: string): Promise<Head | undefined> {
  const { rows } = await tx.query<HeadRow>(HEAD, [tenant, stream]);
  return rows[0] && headOf(rows[0]);
}

/** Where a page of events begins, ends and how long it is. */
export interface EventPage {
  /** The event before it. */
  after: { stream: string; version: string };
  /** Its last stream. */
  to: string;
  limit: number;
  withBodies: boolean;
}

/** Events by stream and version. */
export async function readEvents(tx: Tx, tenant: string, { after, to, limit, withBodies }: EventPage): Promise<LogRow[]> {
  const values = [tenant, after.stream, after.version, to, limit];
  const query = withBodies ? { name: 'verify-events-bodies', text: EVENTS_WITH_BODIES } : { name: 'verify-events', text: EVENTS };
  return (await tx.query<LogRow>({ ...query, values })).rows;
}

const NEXT_TENANT = `SELECT tenant FROM (
  (SELECT tenant FROM stream WHERE tenant >= $1 ORDER BY tenant LIMIT 1) UNION ALL
  (SELECT tenant FROM event WHERE tenant >= $1 ORDER BY tenant LIMIT 1) UNION ALL
  (SELECT tenant FROM event_id WHERE tenant >= $1 ORDER BY tenant LIMIT 1)) AS next ORDER BY tenant LIMIT 1`;

/** The first tenant from here on that any table of the log knows: three index reads, however many rows there are. */
export async function nextTenant(tx: Tx, from: string): Promise<string | undefined> {
  const { rows } = await tx.query<{ tenant: string }>({ name: 'verify-tenants', text: NEXT_TENANT, values: [from] });
  return rows[0]?.tenant;
}
