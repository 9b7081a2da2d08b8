import { roleName, schemaName, systemTable, tenantWall } from '@throughline/postgres';

/** Partitions of the table of ids, which is never cut. An append opens them all: sixteen cost it a fifth more than four (decision 12). */
const ID_PARTITIONS = 4;

/** An event's category: the thing that its type is about, its first word (`message` of `message.received`). */
export const CATEGORY_SQL = `split_part(type, '.', 1)`;

/** The log's tables. Times are Unix ms. */
export const tables = (service: string) => [ids, streams, events, bodies, bookkeeping, rights].map((part) => part(service)).join('');

/** Ids are kept for ever, in a table of their own. */
const ids = (service: string) => `
CREATE TABLE event_id (
  tenant uuid NOT NULL,
  id uuid NOT NULL,
  xid xid8 NOT NULL,
  n bigint NOT NULL,
  digest bytea,
  PRIMARY KEY (tenant, id)
) PARTITION BY HASH (id);
COMMENT ON COLUMN event_id.digest IS 'keyed digest of the body; null once erased';
${idPartitions(service)}
${tenantWall(service, 'event_id', { relay: true })}
`;

const streams = (service: string) => `
CREATE TABLE stream (
  version bigint NOT NULL,
  tenant uuid NOT NULL,
  stream uuid NOT NULL,
  head bytea NOT NULL,
  PRIMARY KEY (tenant, stream)
) WITH (fillfactor = 80);
${tenantWall(service, 'stream', { relay: true })}
`;

const events = (service: string) => `
CREATE TABLE event (
  xid xid8 NOT NULL,
  n bigint NOT NULL,
  version bigint NOT NULL,
  group_start bigint NOT NULL,
  occurred_at bigint NOT NULL,
  recorded_at bigint NOT NULL,
  tenant uuid NOT NULL,
  stream uuid NOT NULL,
  id uuid NOT NULL,
  type text NOT NULL,
  key bytea NOT NULL,
  envelope bytea NOT NULL,
  chain bytea NOT NULL,
  PRIMARY KEY (xid, n),
  UNIQUE (tenant, stream, version)
);
CREATE INDEX event_category ON event ((${CATEGORY_SQL}), xid, n);
COMMENT ON COLUMN event.xid IS 'greatest transaction id that had appended when this was stamped, its own at least';
COMMENT ON COLUMN event.group_start IS 'version of the first event appended to the stream in the same call';
${tenantWall(service, 'event', { relay: true })}
`;

const bodies = (service: string) => `
CREATE TABLE event_body (
  n bigint PRIMARY KEY,
  tenant uuid NOT NULL,
  key_id text NOT NULL,
  digest bytea NOT NULL,
  box bytea NOT NULL
);
-- Sealed bytes do not shrink: do not try.
ALTER TABLE event_body ALTER COLUMN box SET STORAGE EXTERNAL;
COMMENT ON TABLE event_body IS 'sealed bodies; a row goes when its body is destroyed, the event stays';
${tenantWall(service, 'event_body', { relay: true })}
`;

const bookkeeping = (service: string) => `
CREATE TABLE subscription (name text PRIMARY KEY, position text NOT NULL);
${systemTable(service, 'subscription')}

CREATE TABLE log (singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton), generation int NOT NULL);
INSERT INTO log (generation) VALUES (1);
${systemTable(service, 'log')}
GRANT SELECT ON log TO ${roleName(service, 'reader')}, ${roleName(service, 'relay')};
REVOKE INSERT, UPDATE, DELETE ON log FROM ${roleName(service, 'writer')};
`;

const rights = (service: string) => `
-- The log only grows; what erasure needs is left: digests, bodies.
REVOKE UPDATE, DELETE ON event FROM ${roleName(service, 'writer')};
REVOKE DELETE ON event_id, stream FROM ${roleName(service, 'writer')};
`;

/** Nobody uses a partition by its own name, past the wall of the table. */
function idPartitions(service: string): string {
  const partition = (index: number) => {
    const name = `${schemaName(service)}.event_id_${index}`;
    return `CREATE TABLE ${name} PARTITION OF event_id FOR VALUES WITH (MODULUS ${ID_PARTITIONS}, REMAINDER ${index});
REVOKE ALL ON ${name} FROM ${roleName(service, 'writer')}, ${roleName(service, 'reader')};
ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY; ALTER TABLE ${name} FORCE ROW LEVEL SECURITY;`;
  };
  return Array.from({ length: ID_PARTITIONS }, (_, index) => partition(index)).join('\n');
}
