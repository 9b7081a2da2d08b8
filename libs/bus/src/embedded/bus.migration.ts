import { doorFunctions, systemTable, type Migration } from '@throughline/postgres';

/** The text forms are Unix ms and `<xid>.<n>`, as a Message has them. */
const FUNCTIONS = `
CREATE FUNCTION bus.append_records(prefix text, topics text[], partitions int4[], keys bytea[], headers text[], "values" bytea[], counts int4[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO bus.message (topic, partition, key, headers, value, count)
  SELECT $1 || r.topic, r.partition, r.key, r.headers::jsonb, r.value, r.count
  FROM unnest($2, $3, $4, $5, $6, $7) WITH ORDINALITY AS r(topic, partition, key, headers, value, count, nth) ORDER BY r.nth
$$;

-- Whole records below the oldest transaction in progress, until they hold as many messages or bytes as asked for; one at least.
CREATE FUNCTION bus.read_records(topic text, after_xid xid8, after_n bigint, messages int, bytes bigint)
RETURNS TABLE (partition int, "offset" text, key bytea, headers jsonb, value bytea, "publishedAt" float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT partition, xid || '.' || n, key, headers, value, floor(extract(epoch FROM published_at) * 1000)::float8
  FROM (
    SELECT *, sum(octet_length(value)) OVER before AS bytes_before, sum(count) OVER before AS messages_before
    FROM (
      SELECT * FROM bus.message m
      WHERE m.topic = $1 AND (m.xid, m.n) > ($2, $3) AND m.xid < pg_snapshot_xmin(pg_current_snapshot())
      ORDER BY m.xid, m.n LIMIT $4
    ) page
    WINDOW before AS (ORDER BY xid, n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
  ) sized
  WHERE coalesce(bytes_before, 0) < $5 AND coalesce(messages_before, 0) < $4
  ORDER BY sized.xid, sized.n
$$;

CREATE FUNCTION bus.unsettled(topic text, after_xid xid8, after_n bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM bus.message m WHERE m.topic = $1 AND (m.xid, m.n) > ($2, $3))
$$;

-- False where a member of a later epoch has taken over.
CREATE FUNCTION bus.commit_place(group_name text, topic text, epoch bigint, xid xid8, n bigint) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH done AS (UPDATE bus.checkpoint c SET xid = $4, n = $5 WHERE c.group_name = $1 AND c.topic = $2 AND c.epoch = $3 RETURNING 1)
  SELECT EXISTS (SELECT FROM done)
$$;
`;

const SIGNATURES = [
  'append_records(text, text[], int4[], bytea[], text[], bytea[], int4[])',
  'read_records(text, xid8, bigint, int, bigint)',
  'unsettled(text, xid8, bigint)',
  'commit_place(text, text, bigint, xid8, bigint)',
];

/**
 * The embedded bus: one log of all topics, read by (xid, n) below the oldest transaction in progress, and the places of
 * the groups. Bodies are sealed before they come here, so nothing is worth compressing.
 */
export const busMigration: Migration = {
  name: '1767225600000Bus',
  sql: `
CREATE TABLE bus.message (
  topic text NOT NULL,
  partition integer NOT NULL,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  n bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  count integer NOT NULL DEFAULT 1,
  key bytea NOT NULL,
  headers jsonb NOT NULL,
  value bytea NOT NULL,
  published_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (topic, xid, n)
);
COMMENT ON COLUMN bus.message.count IS 'messages in it: a frame holds several';
ALTER TABLE bus.message ALTER COLUMN value SET STORAGE EXTERNAL;
CREATE TABLE bus.checkpoint (
  group_name text NOT NULL,
  topic text NOT NULL,
  epoch bigint NOT NULL,
  xid xid8 NOT NULL,
  n bigint NOT NULL,
  PRIMARY KEY (group_name, topic)
);
COMMENT ON COLUMN bus.checkpoint.epoch IS 'rises with every member that takes over; a member of an older epoch cannot commit';
${systemTable('bus', 'message')}
${systemTable('bus', 'checkpoint')}
${doorFunctions('bus', 'system', FUNCTIONS, SIGNATURES)}`,
};
