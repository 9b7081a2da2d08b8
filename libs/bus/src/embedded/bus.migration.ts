import { systemTable, type Migration } from '@throughline/postgres';

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
${systemTable('bus', 'checkpoint')}`,
};
