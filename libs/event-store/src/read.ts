import { type Position, rejected } from '@throughline/contracts';
import { int8Array, type Tx } from '@throughline/postgres';
import type { Direction, EventPlace, LogPage, StoredEvent } from './event-store.contract';
import { CATEGORY_SQL } from './tables.sql';

export interface EventRow {
  generation: number;
  xid: string;
  n: string;
  version: string;
  occurred_at: string;
  recorded_at: string;
  tenant: string;
  stream: string;
  id: string;
  type: string;
  key: Buffer;
  envelope: Buffer;
  key_id: string | null;
  digest: Buffer | null;
  box: Buffer | null;
}

/** Columns of an event as they are, for statements that sort by them. */
const EVENT_COLUMNS = `(SELECT generation FROM log) AS generation, e.xid, e.n, e.version, e.occurred_at, e.recorded_at,
  e.tenant, e.stream, e.id, e.type, e.key, e.envelope`;
const BODY_COLUMNS = 'b.key_id, b.digest, b.box';
const COLUMNS = `${EVENT_COLUMNS.replace('e.xid', 'e.xid::text')}, ${BODY_COLUMNS}`;

const STREAM = `SELECT ${COLUMNS} FROM event e LEFT JOIN event_body b ON b.n = e.n WHERE e.tenant = $1 AND e.stream = $2`;
export const FORWARDS = `${STREAM} AND e.version >= $3 ORDER BY e.version LIMIT $4`;
export const BACKWARDS = `${STREAM} AND e.version <= $3 ORDER BY e.version DESC LIMIT $4`;

export const BY_ID = `SELECT ${COLUMNS} FROM event_id i JOIN event e ON e.xid = i.xid AND e.n = i.n LEFT JOIN event_body b ON b.n = e.n
  WHERE i.tenant = $1 AND i.id = ANY ($2::uuid[]) ORDER BY e.xid, e.n`;

/** LATERAL, so that each is looked up by itself whatever the planner knows of a young table. */
export const BOXES = `SELECT b.n, b.box FROM unnest($2::bigint[]) AS place(n)
  CROSS JOIN LATERAL (SELECT n, box FROM event_body WHERE event_body.n = place.n AND tenant = $1 LIMIT 1) b`;

/** Only what is below the oldest transaction that still runs: what was stamped early and is committed late is not passed over. */
export const HORIZON = 'pg_snapshot_xmin(pg_current_snapshot())';

/**
 * A page of the log: of so many events as many as fit into so many bytes, one at least. OFFSET 0: bodies are looked up one
 * by one, whatever the planner believes of the table. Sizes are known without fetching what is stored apart.
 */
const page = (range: string, order: string) => `SELECT p.* FROM (
  SELECT ${COLUMNS}, size, sum(size) OVER (ORDER BY ${order} ROWS UNBOUNDED PRECEDING) AS total
  FROM (SELECT *, ${CATEGORY_SQL} AS category FROM event WHERE ${range} ORDER BY ${order} LIMIT $3) e
  LEFT JOIN LATERAL (SELECT b.key_id, b.digest, b.box FROM event_body b WHERE b.n = e.n OFFSET 0) b ON true,
  LATERAL (SELECT octet_length(e.envelope) + coalesce(octet_length(b.box), 0) AS size) s) p
  WHERE p.total <= $4::bigint OR p.total = p.size`;

/** The statements that read pages of the log. A category is a range of its index and of no other: with `=` the planner may prefer to read the whole log. */
export const LOG = page(`(xid, n) > ($1::xid8, $2::bigint) AND xid < ${HORIZON}`, 'xid, n');
export const CATEGORY = page(
  `(${CATEGORY_SQL}, xid, n) > ($5, $1::xid8, $2::bigint) AND (${CATEGORY_SQL}, xid) < ($5, ${HORIZON})`,
  'category, xid, n',
);

/** Where events stand, without what they hold. */
export const PLACES = `SELECT (SELECT generation FROM log) AS generation, xid::text, n, envelope FROM event
  WHERE (event.xid, n) > ($1::xid8, $2::bigint) AND event.xid < ${HORIZON} ORDER BY event.xid, n LIMIT $3`;

const END = 'SELECT generation, (SELECT last_value FROM log_n) AS n FROM log';

const KNOWN = `SELECT id, digest, xid::text, n, (SELECT generation FROM log) AS generation FROM event_id WHERE tenant = $1 AND id = ANY ($2::uuid[])`;

const NONE = new Uint8Array();

const storedEvent = (row: EventRow): StoredEvent => ({
  position: positionOf(row),
  tenant: row.tenant,
  stream: row.stream,
  version: Number(row.version),
  id: row.id,
  type: row.type,
  occurredAt: Number(row.occurred_at),
  recordedAt: Number(row.recorded_at),
  key: row.key,
  envelope: row.envelope,
  digest: row.digest ?? NONE,
  keyId: row.key_id ?? '',
  box: row.box ?? NONE,
});

export const positionOf = ({ generation, xid, n }: { generation: number; xid: string; n: string }): Position => ({
  generation,
  xid: BigInt(xid),
  n: BigInt(n),
});

export async function readStream(tx: Tx, tenant: string, stream: string, from: number, limit: number, direction: Direction = 'forwards'): Promise<StoredEvent[]> {
  const values = [tenant, stream, Math.min(from, Number.MAX_SAFE_INTEGER), limit];
  const statement = direction === 'forwards' ? { name: 'read_stream', text: FORWARDS } : { name: 'read_stream_back', text: BACKWARDS };
  const { rows } = await tx.query<EventRow>({ ...statement, values });
  return rows.map(storedEvent);
}

export async function readById(tx: Tx, tenant: string, ids: readonly string[]): Promise<StoredEvent[]> {
  const { rows } = await tx.query<EventRow>({ name: 'read_by_id', text: BY_ID, values: [tenant, ids] });
  return rows.map(storedEvent);
}

export async function readBoxes(tx: Tx, tenant: string, places: readonly Position[]): Promise<Map<bigint, Uint8Array>> {
  if (places.length === 0) return new Map();
  const { rows } = await tx.query<{ n: string; box: Buffer }>({ name: 'read_boxes', text: BOXES, values: [tenant, int8Array(places.map(({ n }) => n))] });
  return new Map(rows.map(({ n, box }) => [BigInt(n), box]));
}

export const PAGE_BYTES = 8 << 20;

export async function readLog(tx: Tx, after: Position | undefined, limit: number, { category, maxBytes = PAGE_BYTES }: LogPage = {}): Promise<StoredEvent[]> {
  const values = [String(after?.xid ?? 0), String(after?.n ?? -1), limit, maxBytes];
  const statement = category === undefined ? { name: 'read_log', text: LOG, values } : { name: 'read_category', text: CATEGORY, values: [...values, category] };
  const { rows } = await tx.query<EventRow>(statement);
  await demandOwn(tx, after, rows[0]);
  return rows.map(storedEvent);
}

export async function readPlaces(tx: Tx, after: Position | undefined, limit: number): Promise<EventPlace[]> {
  const values = [String(after?.xid ?? 0), String(after?.n ?? -1), limit];
  const { rows } = await tx.query<Pick<EventRow, 'generation' | 'xid' | 'n' | 'envelope'>>({ name: 'read_places', text: PLACES, values });
  await demandOwn(tx, after, rows[0]);
  return rows.map((row) => ({ position: positionOf(row), envelope: row.envelope }));
}

/** Throws `rejected` (`former-log-generation`) where the place is of another generation than what was found behind it. */
export async function demandOwn(tx: Tx, after: Position | undefined, found: { generation: number } | undefined): Promise<void> {
  if (after) demandGeneration(after, found ? { generation: found.generation } : await end(tx));
}

/** At the end of the log a position may be one that the log has not given out: of a copy of it that had gone further. */
async function end(tx: Tx): Promise<{ generation: number; n?: string }> {
  const { rows } = await tx.query<{ generation: number; n: string }>({ name: 'log_end', text: END });
  return rows[0]!;
}

function demandGeneration(after: Position, found: { generation: number; n?: string }): void {
  if (found.generation === after.generation && after.n <= BigInt(found.n ?? after.n)) return;
  throw rejected('former-log-generation', 'the position belongs to another generation of the log', { status: 410 });
}

export async function known(tx: Tx, tenant: string, ids: readonly string[]) {
  type Row = { id: string; digest: Buffer | null; generation: number; xid: string; n: string };
  const { rows } = await tx.query<Row>({ name: 'known_ids', text: KNOWN, values: [tenant, ids] });
  return new Map(rows.map((row) => [row.id, { digest: row.digest ?? Buffer.alloc(0), position: positionOf(row) }]));
}

export async function generation(tx: Tx): Promise<number> {
  const { rows } = await tx.query<{ generation: number }>('SELECT generation FROM log');
  return rows[0]!.generation;
}
