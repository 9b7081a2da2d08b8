import { type Position, rejected } from '@throughline/contracts';
import type { Tx } from '@throughline/postgres';
import type { StoredEvent } from './event-store.contract';

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

export const EVENT_COLUMNS = `(SELECT generation FROM log) AS generation, e.xid, e.n, e.version, e.occurred_at, e.recorded_at,
  e.tenant, e.stream, e.id, e.type, e.key, e.envelope`;
export const BODY_COLUMNS = 'b.key_id, b.digest, b.box';
const COLUMNS = `${EVENT_COLUMNS}, ${BODY_COLUMNS}`;

const STREAM = `SELECT ${COLUMNS} FROM event e LEFT JOIN event_body b ON b.n = e.n
  WHERE e.tenant = $1 AND e.stream = $2 AND e.version >= $3 ORDER BY e.version LIMIT $4`;

const BY_ID = `SELECT ${COLUMNS} FROM event_id i JOIN event e ON e.xid = i.xid AND e.n = i.n LEFT JOIN event_body b ON b.n = e.n
  WHERE i.tenant = $1 AND i.id = ANY ($2::uuid[]) ORDER BY e.xid, e.n`;

/** Below the oldest transaction that still runs: what was stamped early and is committed late is not passed over. */
export const LOG = `SELECT ${COLUMNS} FROM event e LEFT JOIN event_body b ON b.n = e.n
  WHERE (e.xid, e.n) > ($1::xid8, $2::bigint) AND e.xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY e.xid, e.n LIMIT $3`;

const KNOWN = `SELECT id, digest, xid::text, n, (SELECT generation FROM log) AS generation FROM event_id WHERE tenant = $1 AND id = ANY ($2::uuid[])`;

const NONE = new Uint8Array();

export const storedEvent = (row: EventRow): StoredEvent => ({
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

const positionOf = ({ generation, xid, n }: { generation: number; xid: string; n: string }): Position => ({
  generation,
  xid: BigInt(xid),
  n: BigInt(n),
});

export async function readStream(tx: Tx, tenant: string, stream: string, from: number, limit: number): Promise<StoredEvent[]> {
  const { rows } = await tx.query<EventRow>({ name: 'read_stream', text: STREAM, values: [tenant, stream, from, limit] });
  return rows.map(storedEvent);
}

export async function readById(tx: Tx, tenant: string, ids: readonly string[]): Promise<StoredEvent[]> {
  const { rows } = await tx.query<EventRow>({ name: 'read_by_id', text: BY_ID, values: [tenant, ids] });
  return rows.map(storedEvent);
}

export async function readLog(tx: Tx, after: Position | undefined, limit: number): Promise<StoredEvent[]> {
  const values = [String(after?.xid ?? 0), String(after?.n ?? -1), limit];
  const { rows } = await tx.query<EventRow>({ name: 'read_log', text: LOG, values });
  if (after && rows[0] && rows[0].generation !== after.generation) {
    throw rejected('former-log-generation', 'the position belongs to a former generation of the log', { status: 410 });
  }
  return rows.map(storedEvent);
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
