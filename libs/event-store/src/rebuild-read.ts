import { type Position } from '@throughline/contracts';
import type { Tx } from '@throughline/postgres';
import { type EventHead, packedHeads, type PackedHeads, unpackHeads } from './event-heads';
import { demandOwn, type EventRow, HORIZON, positionOf } from './read';
import type { StreamRange } from './rebuild-ranges';

/** Of a young table without statistics the planner would fetch a tenant's events and sort them, for every page anew. */
export const IN_ORDER = 'SET LOCAL enable_sort = off; SET LOCAL enable_incremental_sort = off';

/** In the order of the index (tenant, stream, version): all events of a stream follow each other. */
export const RANGE = `SELECT ${packedHeads('stream, version')} FROM (
  SELECT * FROM event WHERE tenant = $1 AND (stream, version) > ($2::uuid, $3::bigint) AND stream <= $4::uuid ORDER BY stream, version LIMIT $5) e`;

/** Without bodies: a projector opens those it needs, and a page is bounded by its count alone. */
const headsAfter = (which: string) => `SELECT (SELECT generation FROM log) AS generation, xid, n, tenant, stream, version, recorded_at, envelope FROM event
  WHERE (xid, n) > ($1::xid8, $2::bigint) ${which} ORDER BY xid, n LIMIT $3`;
/** Up to the log's very end: for when nobody can be appending. */
export const TAIL = headsAfter('');
/** Up to where nothing can come between any more. */
const SHOWN = headsAfter(`AND xid < ${HORIZON}`);

/** Those of a tenant that wait to be folded again, in the order of the log. */
const LATER = `SELECT ${packedHeads('xid, n')} FROM (
  SELECT e.* FROM later l JOIN event e ON e.xid = l.xid AND e.n = l.n
  WHERE l.tenant = $1 AND (l.xid, l.n) > ($2::xid8, $3::bigint) ORDER BY l.xid, l.n LIMIT $4) e`;

/** Each tenant by one descent of the index. */
export const TENANTS = `
  WITH RECURSIVE t AS (
    (SELECT tenant FROM stream ORDER BY tenant LIMIT 1)
    UNION ALL
    SELECT (SELECT s.tenant FROM stream s WHERE s.tenant > t.tenant ORDER BY s.tenant LIMIT 1) FROM t WHERE t.tenant IS NOT NULL)
  SELECT tenant FROM t WHERE tenant IS NOT NULL`;

/** The last event that nothing can come before any more, and the first of the log. */
export const SPAN = `
  SELECT l.generation, last.xid::text, last.n, first.n AS first FROM log l,
    (SELECT xid, n FROM event WHERE xid < ${HORIZON} ORDER BY xid DESC, n DESC LIMIT 1) last,
    (SELECT n FROM event ORDER BY xid, n LIMIT 1) first`;

/** Where the log stands, and how many events it holds at most; undefined where it is empty. */
export async function readSpan(tx: Tx): Promise<{ end: Position; events: number } | undefined> {
  const { rows } = await tx.query<{ generation: number; xid: string; n: string; first: string }>(SPAN);
  const row = rows[0];
  if (!row) return undefined;
  return { end: { generation: row.generation, xid: BigInt(row.xid), n: BigInt(row.n) }, events: Number(BigInt(row.n) - BigInt(row.first)) + 1 };
}

export async function readTenants(tx: Tx): Promise<string[]> {
  const { rows } = await tx.query<{ tenant: string }>(TENANTS);
  return rows.map(({ tenant }) => tenant);
}

/** The next events of a range, wherever in the log. */
export async function readRange(tx: Tx, { tenant, cursor, end }: StreamRange, limit: number): Promise<EventHead[]> {
  const range = { name: 'rebuild_range', text: RANGE, values: [tenant, cursor.stream, cursor.version, end, limit] };
  const [, { rows }] = await Promise.all([tx.query(IN_ORDER), tx.query<PackedHeads>(range)]);
  return unpackHeads(tenant, rows[0]!);
}

const from = (after: Position | undefined) => [String(after?.xid ?? 0), String(after?.n ?? -1)];

/** In the shadow's transaction. */
export async function readLater(tx: Tx, tenant: string, after: Position | undefined, limit: number): Promise<EventHead[]> {
  const { rows } = await tx.query<PackedHeads>(LATER, [tenant, ...from(after), limit]);
  return unpackHeads(tenant, rows[0]!);
}

/** In the shadow's transaction. */
export async function writeLater(tx: Tx, tenant: string, places: readonly Position[]): Promise<void> {
  if (places.length === 0) return;
  const columns = [places.map(({ xid }) => String(xid)), places.map(({ n }) => String(n))];
  await tx.query('INSERT INTO later (tenant, xid, n) SELECT $1, l.* FROM unnest($2::xid8[], $3::bigint[]) AS l', [tenant, ...columns]);
}

/** The next heads that nothing can come before any more. Throws `rejected` (`former-log-generation`) as `readLog` does. */
export async function readShown(tx: Tx, after: Position | undefined, limit: number): Promise<EventHead[]> {
  const heads = await readHeads(tx, SHOWN, after, limit);
  await demandOwn(tx, after, heads[0]?.position);
  return heads;
}

/** The next heads up to the log's very end, for when nobody can be appending. */
export const readTail = (tx: Tx, after: Position | undefined, limit: number) => readHeads(tx, TAIL, after, limit);

type HeadRow = Pick<EventRow, 'generation' | 'xid' | 'n' | 'tenant' | 'stream' | 'version' | 'recorded_at' | 'envelope'>;

async function readHeads(tx: Tx, statement: string, after: Position | undefined, limit: number): Promise<EventHead[]> {
  const { rows } = await tx.query<HeadRow>(statement, [...from(after), limit]);
  return rows.map((row) => ({
    position: positionOf(row),
    ...{ tenant: row.tenant, stream: row.stream, version: Number(row.version), recordedAt: Number(row.recorded_at), envelope: row.envelope },
  }));
}
