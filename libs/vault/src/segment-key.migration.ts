import { tenantWall, type Migration } from '@throughline/postgres';
import { PLACES_PER_SLOT } from './key-port.contract';

/**
 * The tables of a service that owns a log, for its segments' keys. A segment's key lies in `segment_key` wrapped by the key
 * at one place of a slot, which exists only behind the key port; without place and wrapped bytes the row says that the key
 * was erased. `segment_slot` hands out places, each once. `left_place` keeps the places that keys have left: by rotation, or,
 * `doomed`, by an erasure that the key store has not heard of yet. The relay reads keys to seal bodies anew for the bus, and
 * doomed places of all tenants to finish erasures.
 */
export const segmentKeyMigration = (service: string): Migration => ({
  name: '1763769600100SegmentKeys',
  sql: `
    CREATE TABLE segment_key (
      tenant uuid NOT NULL,
      segment uuid NOT NULL,
      slot uuid,
      place smallint,
      wrapped bytea,
      PRIMARY KEY (tenant, segment),
      CHECK ((slot IS NULL) = (place IS NULL) AND (slot IS NULL) = (wrapped IS NULL))
    );
    CREATE TABLE segment_slot (
      tenant uuid NOT NULL,
      slot uuid NOT NULL,
      used smallint NOT NULL CHECK (used BETWEEN 0 AND ${PLACES_PER_SLOT}),
      made_at timestamptz NOT NULL,
      retired_at timestamptz,
      filled boolean NOT NULL GENERATED ALWAYS AS (used = ${PLACES_PER_SLOT} OR retired_at IS NOT NULL) STORED,
      PRIMARY KEY (tenant, slot)
    );
    -- "used" stands in no index, so that counting it up touches none.
    CREATE INDEX segment_slot_open ON segment_slot (tenant) WHERE NOT filled;
    CREATE TABLE left_place (
      tenant uuid NOT NULL,
      slot uuid NOT NULL,
      place smallint NOT NULL,
      segment uuid NOT NULL,
      doomed boolean NOT NULL,
      PRIMARY KEY (tenant, slot, place)
    );
    CREATE INDEX left_place_segment ON left_place (tenant, segment);
    CREATE INDEX left_place_doomed ON left_place (tenant) WHERE doomed;
    -- Until it is analysed for the first time the planner would take "the tenant's rows" for few and read them all for each
    -- batch (measured: 90 ms for 500 of 10,000 keys instead of 1 ms). So it is told that they are not.
    SELECT pg_restore_attribute_stats('schemaname', current_schema()::text, 'relname', 'segment_key', 'attname', 'tenant',
      'inherited', false, 'null_frac', 0::real, 'avg_width', 16, 'n_distinct', 1::real);
    ${tenantWall(service, 'segment_key', { relay: true })}
    ${tenantWall(service, 'segment_slot')}
    ${tenantWall(service, 'left_place', { relay: true })}`,
});
