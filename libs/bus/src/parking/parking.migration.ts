import { roleName, systemTable, tenantWall, type Migration } from '@throughline/postgres';

/** All rows for the service's own work with the lot; the tenant's own for those who read. */
const walled = (service: string, table: string) => {
  const system = roleName(service, 'system');
  return `${tenantWall(service, table)}
GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO ${system};
CREATE POLICY system ON ${table} TO ${system} USING (true) WITH CHECK (true);`;
};

/**
 * The parking lot in a service's own schema. What waits is sealed, as it was on the bus (`SealedValues`). A message without a
 * tenant (none could be told) is seen by the lot alone.
 */
export const parkingMigration = (service: string): Migration => ({
  name: '1790000000600Parking',
  sql: `
CREATE TABLE parked_key (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  group_name text NOT NULL,
  topic text NOT NULL,
  key bytea NOT NULL,
  tenant uuid,
  parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  next_try timestamptz NOT NULL,
  attempts integer NOT NULL,
  error text NOT NULL,
  reason text NOT NULL,
  UNIQUE (group_name, topic, key)
);
COMMENT ON TABLE parked_key IS 'as long as the row is there, everything on the key waits; whoever adds to the lot or ends the parking locks it first';
COMMENT ON COLUMN parked_key.key IS 'of the messages; in a lane for a flood (topic <name>~flood) the tenant';
CREATE INDEX parked_key_due ON parked_key (group_name, topic, next_try);
${walled(service, 'parked_key')}

CREATE TABLE parked_message (
  seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  lot uuid NOT NULL,
  partition integer NOT NULL,
  nth integer NOT NULL,
  published_at timestamptz NOT NULL,
  key bytea NOT NULL,
  "offset" text NOT NULL,
  headers json NOT NULL,
  value bytea NOT NULL,
  tenant uuid,
  account text NOT NULL,
  subject text NOT NULL,
  PRIMARY KEY (lot, seq),
  UNIQUE (lot, partition, "offset", nth)
);
COMMENT ON COLUMN parked_message.headers IS 'json, not jsonb: that takes no NUL, and whatever came by the bus must fit';
ALTER TABLE parked_message ALTER COLUMN value SET STORAGE EXTERNAL;
CREATE INDEX parked_message_subject ON parked_message (subject, tenant) WHERE subject <> '';
${walled(service, 'parked_message')}

CREATE TABLE parked_change (
  seq bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  group_name text NOT NULL,
  topic text NOT NULL,
  change jsonb NOT NULL
);
COMMENT ON TABLE parked_change IS 'outbox of the lot: written with the change, deleted once it was told';
${systemTable(service, 'parked_change')}`,
});

/** A topic that was lost and made anew has the same offsets again, while what waits stays in the database: the time tells the records apart. */
export const parkedPlacesMigration: Migration = {
  name: '1795934402000ParkedPlaces',
  sql: `
ALTER TABLE parked_message DROP CONSTRAINT parked_message_lot_partition_offset_nth_key;
ALTER TABLE parked_message ADD UNIQUE (lot, partition, "offset", nth, published_at);`,
};
