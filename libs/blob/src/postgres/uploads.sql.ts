export const BEGIN = `
  INSERT INTO blob_upload (tenant, session, class, id, max_bytes, sha256) VALUES ($1, $2, $3, $4, $5, $6)`;

export const FIND = `
  SELECT class AS kind, id, max_bytes, encode(sha256, 'hex') AS sha256 FROM blob_upload
  WHERE tenant = $1 AND session = $2 AND NOT dropped`;

export const PARTS = `
  SELECT bytes, encode(sha256, 'hex') AS sha256 FROM blob_part WHERE tenant = $1 AND session = $2 ORDER BY n`;

/** The first part under a number stays. The upload's row is locked, so nothing is added once it is dropped or finished. */
export const ADD = `
  WITH upload AS (
    SELECT session FROM blob_upload WHERE tenant = $1 AND session = $2 AND NOT dropped FOR SHARE
  ), part AS (
    INSERT INTO blob_part (tenant, session, n, bytes, sha256) SELECT $1, session, $3, $4, $5 FROM upload
    ON CONFLICT DO NOTHING RETURNING session
  )
  INSERT INTO blob_chunk (tenant, content, n, bytes)
  SELECT $1, part.session, chunk.n, chunk.bytes FROM part, unnest($6::int4[], $7::bytea[]) AS chunk (n, bytes)`;

/** Parts are asked for anew: in the statement above one cannot see what another session committed meanwhile. */
export const PART = `
  SELECT p.bytes, encode(p.sha256, 'hex') AS sha256 FROM blob_part p JOIN blob_upload u USING (tenant, session)
  WHERE tenant = $1 AND session = $2 AND p.n = $3 AND NOT u.dropped`;

/** Locked before its parts are summed: whoever adds one now is waited for. */
export const LOCK = 'SELECT FROM blob_upload WHERE tenant = $1 AND session = $2 AND NOT dropped FOR UPDATE';
export const SUM = 'SELECT coalesce(sum(bytes), 0) AS bytes FROM blob_part WHERE tenant = $1 AND session = $2';

export const NAME = `
  INSERT INTO blob (tenant, class, id, bytes, sha256, content) VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT DO NOTHING RETURNING content`;

export const FORGET_PARTS = 'DELETE FROM blob_part WHERE tenant = $1 AND session = $2';
export const FORGET = 'DELETE FROM blob_upload WHERE tenant = $1 AND session = $2';
export const DROP = 'UPDATE blob_upload SET dropped = true WHERE tenant = $1 AND session = $2';
/** Of all tenants. */
export const OLD = 'SELECT tenant, session FROM blob_upload WHERE dropped OR created_at < $1 ORDER BY tenant, session LIMIT 100';
