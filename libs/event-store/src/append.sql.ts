import { roleName, schemaName } from '@throughline/postgres';

/** First half of the advisory lock's key; the second is the log's. */
const SECTION = 0x746c;

/**
 * Stamps an append: its place in the log's order. In a section that only one session is in at a time, for microseconds and
 * not until the commit, it takes the next place `n`, the time, and as `xid` the greatest transaction id that was ever
 * stamped here, its own at least. So along (xid, n) the order is that of the stamping: neither n nor the time ever falls,
 * and since streams are locked before, the events of a stream stand in the order of their versions, whichever transaction
 * got its id first. No event is skipped: xid is at least its own, so once everything up to xid has ended, the event shows.
 * The state lies in sequences, because all see them at once. The handler lets go of the section where a time-out or a cancel
 * falls inside it (a session's advisory lock would outlive the transaction).
 */
const stamp = (schema: string) => `
CREATE SEQUENCE log_n MINVALUE 0 START 0;
CREATE SEQUENCE log_xid MINVALUE 0 START 0;
CREATE SEQUENCE log_time MINVALUE 0 START 0;

CREATE FUNCTION stamp_events(count int, OUT xid xid8, OUT first_n bigint, OUT recorded_at bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  own bigint := pg_current_xact_id()::text::bigint;
  section int := '${schema}.log_n'::regclass::oid::int;
BEGIN
  PERFORM pg_advisory_lock(${SECTION}, section);
  SELECT last_value + 1 INTO first_n FROM ${schema}.log_n;
  SELECT greatest(last_value, own) INTO own FROM ${schema}.log_xid;
  SELECT greatest(last_value, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) INTO recorded_at FROM ${schema}.log_time;
  PERFORM setval('${schema}.log_n', first_n + count - 1), setval('${schema}.log_xid', own), setval('${schema}.log_time', recorded_at);
  PERFORM pg_advisory_unlock(${SECTION}, section);
  xid := own::text::xid8;
EXCEPTION WHEN query_canceled OR OTHERS THEN
  PERFORM pg_advisory_unlock(${SECTION}, section);
  RAISE;
END $$;
`;

/**
 * Locks the streams in their order (no deadlock between appends), makes those that are missing, stamps, and claims the ids.
 * `WHERE false`: PostgreSQL locks a row in conflict even where it then does not update it. Events whose id was there
 * already come back in `taken`; nothing else is written of them.
 */
const claim = (schema: string) => `
CREATE FUNCTION claim_events(s_tenant uuid[], s_stream uuid[], e_stream int[], e_id uuid[], e_digest bytea[],
  OUT generation int, OUT xid xid8, OUT first_n bigint, OUT recorded_at bigint, OUT taken jsonb)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  claimed int;
  at record;
BEGIN
  INSERT INTO ${schema}.stream AS s (tenant, stream, version, head)
    SELECT g.tenant, g.stream, 0, sha256('\\x03'::bytea || uuid_send(g.tenant) || uuid_send(g.stream)) FROM unnest(s_tenant, s_stream) AS g(tenant, stream)
    ON CONFLICT (tenant, stream) DO UPDATE SET version = s.version WHERE false;
  SELECT l.generation INTO generation FROM ${schema}.log l;
  SELECT * INTO at FROM ${schema}.stamp_events(cardinality(e_id));
  INSERT INTO ${schema}.event_id (tenant, id, xid, n, digest)
    SELECT s_tenant[e.stream], e.id, at.xid, at.first_n + e.place - 1, e.digest
    FROM unnest(e_stream, e_id, e_digest) WITH ORDINALITY AS e(stream, id, digest, place) ORDER BY e.id
    ON CONFLICT (tenant, id) DO NOTHING;
  GET DIAGNOSTICS claimed = ROW_COUNT;
  IF claimed < cardinality(e_id) THEN
    SELECT jsonb_agg(jsonb_build_object('place', e.place, 'xid', i.xid::text, 'n', i.n::text, 'digest', encode(i.digest, 'hex'))) INTO taken
      FROM unnest(e_stream, e_id) WITH ORDINALITY AS e(stream, id, place)
      JOIN ${schema}.event_id i ON i.tenant = s_tenant[e.stream] AND i.id = e.id AND i.n <> at.first_n + e.place - 1;
  END IF;
  xid := at.xid; first_n := at.first_n; recorded_at := at.recorded_at;
END $$;
`;

/** Writes what was claimed. Arrays s_ have a row per stream, e_ a row per event; e_stream counts streams, e_nth an event's place in its stream's group, both from 1. */
const write = (schema: string) => `
CREATE FUNCTION write_events(xid xid8, recorded_at bigint, s_tenant uuid[], s_stream uuid[], s_count int[], s_prefix bytea[],
  e_stream int[], e_nth int[], e_n bigint[], e_id uuid[], e_digest bytea[], e_type text[], e_occurred bigint[], e_key bytea[],
  e_envelope bytea[], e_prefix bytea[], e_key_id text[], e_box bytea[]) RETURNS bigint[]
LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
  versions bigint[];
  heads bytea[];
BEGIN
  WITH updated AS (
    UPDATE ${schema}.stream s SET version = s.version + g.count, head = sha256('\\x02'::bytea || s.head || g.prefix)
    FROM unnest(s_tenant, s_stream, s_count, s_prefix) WITH ORDINALITY AS g(tenant, stream, count, prefix, place)
    WHERE s.tenant = g.tenant AND s.stream = g.stream
    RETURNING g.place, old.version, old.head)
  SELECT array_agg(u.version ORDER BY u.place), array_agg(u.head ORDER BY u.place) INTO versions, heads FROM updated u;
  INSERT INTO ${schema}.event (xid, n, version, group_start, occurred_at, recorded_at, tenant, stream, id, type, key, envelope, chain)
    SELECT xid, e.n, versions[e.stream] + e.nth, versions[e.stream] + 1, e.occurred, recorded_at, s_tenant[e.stream], s_stream[e.stream],
      e.id, e.type, e.key, e.envelope, sha256('\\x02'::bytea || heads[e.stream] || e.prefix)
    FROM unnest(e_stream, e_nth, e_n, e_id, e_type, e_occurred, e_key, e_envelope, e_prefix)
      AS e(stream, nth, n, id, type, occurred, key, envelope, prefix);
  INSERT INTO ${schema}.event_body (n, tenant, key_id, digest, box)
    SELECT e.n, s_tenant[e.stream], e.key_id, e.digest, e.box FROM unnest(e_stream, e_n, e_key_id, e_digest, e_box) AS e(stream, n, key_id, digest, box);
  RETURN versions;
END $$;
`;

/** Both steps in one round trip, for when all events are new: else it stops after the first and leaves `versions` null. */
const append = (schema: string) => `
CREATE FUNCTION append_events(s_tenant uuid[], s_stream uuid[], s_count int[], s_prefix bytea[],
  e_stream int[], e_nth int[], e_id uuid[], e_digest bytea[], e_type text[], e_occurred bigint[], e_key bytea[],
  e_envelope bytea[], e_prefix bytea[], e_key_id text[], e_box bytea[],
  OUT generation int, OUT xid xid8, OUT first_n bigint, OUT recorded_at bigint, OUT taken jsonb, OUT versions bigint[])
LANGUAGE plpgsql AS $$
#variable_conflict use_variable
BEGIN
  SELECT * INTO generation, xid, first_n, recorded_at, taken FROM ${schema}.claim_events(s_tenant, s_stream, e_stream, e_id, e_digest);
  IF taken IS NULL THEN
    versions := ${schema}.write_events(xid, recorded_at, s_tenant, s_stream, s_count, s_prefix, e_stream, e_nth,
      ARRAY(SELECT first_n + i - 1 FROM generate_series(1, cardinality(e_id)) AS i ORDER BY i),
      e_id, e_digest, e_type, e_occurred, e_key, e_envelope, e_prefix, e_key_id, e_box);
  END IF;
END $$;
`;

export function appendFunctions(service: string): string {
  const schema = schemaName(service);
  const sequences = `REVOKE ALL ON SEQUENCE log_n, log_xid, log_time FROM ${roleName(service, 'writer')};`;
  return [...[stamp, claim, write, append].map((part) => part(schema)), sequences].join('');
}
