import { asOwner } from '@throughline/postgres';

/** Nobody reads or appends meanwhile; the owner sees the rows of all tenants till the walls stand again, before the commit. */
const LIFT = ['event', 'event_id'].map((table) => `ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY`).join(';');
const RESTORE = ['event', 'event_id'].map((table) => `ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`).join(';');

/** The last transaction id before this transaction's own: all up to it have ended, or end before new readers look. */
const REACHED = 'SELECT (pg_current_xact_id()::text::bigint - 1)::text AS xid';

/**
 * A dump restored into another server brings xids that this one has not reached: such events would be hidden till it has.
 * They get the greatest that it has reached. Along the log n rises, so their order stays.
 */
const REACHABLE = [
  'UPDATE event SET xid = $1::text::xid8 WHERE xid > $1::text::xid8',
  'UPDATE event_id SET xid = $1::text::xid8 WHERE xid > $1::text::xid8',
  `SELECT setval('log_xid', least((SELECT last_value FROM log_xid), $1::text::bigint))`,
];
const COUNTERS = `SELECT setval('log_n', greatest((SELECT last_value FROM log_n), (SELECT coalesce(max(n), 0) FROM event))),
  setval('log_time', greatest((SELECT last_value FROM log_time), (SELECT coalesce(max(recorded_at), 0) FROM event)))`;

/** Seconds since 2020, an int till 2088: also greater than what another copy of this log was given when it was restored. */
const secondsOf = (now: Date) => Math.floor((now.getTime() - Date.UTC(2020, 0, 1)) / 1_000);
const GENERATION = `UPDATE log SET generation = greatest(generation + 1, $1::int) RETURNING generation`;

/** Checkpoints in the same database are as old as its log, and stay true. */
const CHECKPOINTS = `UPDATE subscription SET position = $1::int || '.' || least(split_part(position, '.', 2)::numeric, $2::text::numeric) || '.' || split_part(position, '.', 3)`;

/**
 * Starts a new generation of a service's log: to be called once, before the service starts, whenever its database is an
 * older copy of itself (a backup, a dump, a snapshot). Who holds a position of the former generation, in another database
 * or another service, is then refused with `former-log-generation` and reads the log anew, as what he has seen may not be in it.
 * @param url the service's login
 * @returns the generation's number
 */
export function startGeneration(url: string, service: string, now: Date): Promise<number> {
  return asOwner(url, service, async (tx) => {
    await tx.query(LIFT);
    const xid = (await tx.query<{ xid: string }>(REACHED)).rows[0]!.xid;
    for (const statement of REACHABLE) await tx.query(statement, [xid]);
    await tx.query(COUNTERS);
    await tx.query(RESTORE);
    const { rows } = await tx.query<{ generation: number }>(GENERATION, [secondsOf(now)]);
    await tx.query(CHECKPOINTS, [rows[0]!.generation, xid]);
    return rows[0]!.generation;
  });
}
