import { systemTable, type Migration } from '@throughline/postgres';

/** How far a service has applied the logs of others, in its own schema. */
export const inboxMigration = (service: string): Migration => ({
  name: '1790000000700Inbox',
  sql: `
CREATE TABLE inbox_mark (
  reader text NOT NULL,
  log text NOT NULL,
  partition integer NOT NULL,
  position text NOT NULL,
  PRIMARY KEY (reader, log, partition)
);
COMMENT ON TABLE inbox_mark IS 'the highest position applied of a partition; moves in the transaction of the effect';
${systemTable(service, 'inbox_mark')}
CREATE TABLE inbox_key (
  reader text NOT NULL,
  log text NOT NULL,
  key bytea NOT NULL,
  position text NOT NULL,
  PRIMARY KEY (reader, log, key)
);
COMMENT ON TABLE inbox_key IS 'of a key that was parked once, and so lags behind its partition: the highest position applied of it';
${systemTable(service, 'inbox_key')}`,
});
