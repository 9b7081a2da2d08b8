import type { Tx } from '@throughline/postgres';
import { behind, type UuidRange } from './uuid-range';

const PAGE = 5_000;

const LOST = `
  WITH page AS MATERIALIZED (SELECT id, xid, n FROM event_id WHERE tenant = $1 AND id BETWEEN $2 AND $3 ORDER BY id LIMIT ${PAGE})
  SELECT (SELECT count(*)::int FROM page) AS read, (SELECT id FROM page ORDER BY id DESC LIMIT 1) AS last,
    ARRAY(SELECT p.id::text || ' ' || p.xid::text || ' ' || p.n::text FROM page p
      LEFT JOIN event e ON e.xid = p.xid AND e.n = p.n AND e.tenant = $1 AND e.id = p.id WHERE e.n IS NULL ORDER BY p.n) AS lost`;

/** An id that was given to an event that is nowhere. */
export interface LostEvent {
  id: string;
  xid: string;
  n: string;
}

/** Looks for the events of a page of ids; what is left of the range, or undefined where it was the last page. */
export async function lostEvents(tx: Tx, tenant: string, range: UuidRange): Promise<{ lost: LostEvent[]; rest: UuidRange | undefined }> {
  type Row = { read: number; last: string | null; lost: string[] };
  const { rows } = await tx.query<Row>({ name: 'verify-ids', text: LOST, values: [tenant, range.from, range.to] });
  const { read, last, lost } = rows[0]!;
  const parts = lost.map((text) => text.split(' '));
  return {
    lost: parts.map(([id, xid, n]) => ({ id: id!, xid: xid!, n: n! })),
    rest: read < PAGE ? undefined : behind(last!, range),
  };
}
