import { TOPICS, type Topic } from '@throughline/contracts';
import type { Database, Tx } from '@throughline/postgres';

/** Rows of one transaction: a long one would hold back every reader. */
const SLICE = 5000;

const COMPACT = `
DELETE FROM bus.message old WHERE topic = $1 AND EXISTS (
  SELECT FROM bus.message new WHERE new.topic = $1 AND new.key = old.key AND (new.xid, new.n) > (old.xid, old.n))`;

/** The oldest slice, never past the slowest group, and of it what is old enough. */
const EXPIRE = `
WITH slowest AS (SELECT xid, n FROM bus.checkpoint WHERE topic = $1 ORDER BY xid, n LIMIT 1),
oldest AS (
  SELECT xid, n FROM bus.message m
  WHERE topic = $1 AND NOT EXISTS (SELECT FROM slowest s WHERE (m.xid, m.n) > (s.xid, s.n))
  ORDER BY xid, n LIMIT ${SLICE})
DELETE FROM bus.message m USING oldest o
WHERE m.topic = $1 AND m.xid = o.xid AND m.n = o.n AND m.published_at < now() - make_interval(days => $2)`;

const ONE_AT_A_TIME = `SELECT pg_try_advisory_xact_lock(hashtextextended('bus-prune:' || $1, 0)) AS mine`;

/**
 * Deletes what a topic need not keep: of a compacted one all but the newest message of each key, of another what is older
 * than its retention and done by every group. One process at a time; the others pass.
 */
export async function prune(database: Database, prefix: string): Promise<void> {
  for (const topic of Object.values(TOPICS)) {
    while ((await slice(database, prefix, topic)) === SLICE);
  }
}

function slice(database: Database, prefix: string, topic: Topic): Promise<number> {
  const name = prefix + topic.name;
  return database.system(async (tx: Tx) => {
    const { rows } = await tx.query<{ mine: boolean }>(ONE_AT_A_TIME, [name]);
    if (!rows[0]?.mine) return 0;
    const { rowCount } = topic.compacted ? await tx.query(COMPACT, [name]) : await tx.query(EXPIRE, [name, topic.retentionDays]);
    return rowCount ?? 0;
  });
}
