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
export const stampFunction = (schema: string) => `
CREATE OR REPLACE FUNCTION stamp_events(count int, OUT xid xid8, OUT first_n bigint, OUT recorded_at bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  own bigint := pg_current_xact_id()::text::bigint;
  section int := '${schema}.log_n'::regclass::oid::int;
  done text;
BEGIN
  -- Assignments, not statements: an expression is evaluated where it stands, and a SELECT is planned, started and ended for each append.
  done := pg_advisory_lock(${SECTION}, section);
  first_n := coalesce(pg_sequence_last_value('${schema}.log_n'), 0) + 1;
  own := greatest(pg_sequence_last_value('${schema}.log_xid'), own);
  recorded_at := greatest(pg_sequence_last_value('${schema}.log_time'), floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint);
  done := setval('${schema}.log_n', first_n + count - 1);
  done := setval('${schema}.log_xid', own);
  done := setval('${schema}.log_time', recorded_at);
  done := pg_advisory_unlock(${SECTION}, section);
  xid := own::text::xid8;
EXCEPTION WHEN query_canceled OR OTHERS THEN
  PERFORM pg_advisory_unlock(${SECTION}, section);
  RAISE;
END $$;
`;

/** The function stamp_events and its sequences, which nobody else touches; the relay may look how far the log has come. */
export function stampEvents(service: string): string {
  return `
CREATE SEQUENCE log_n MINVALUE 0 START 0;
CREATE SEQUENCE log_xid MINVALUE 0 START 0;
CREATE SEQUENCE log_time MINVALUE 0 START 0;
${stampFunction(schemaName(service))}
REVOKE ALL ON SEQUENCE log_n, log_xid, log_time FROM ${roleName(service, 'writer')};
GRANT SELECT ON SEQUENCE log_n TO ${roleName(service, 'relay')};
`;
}
