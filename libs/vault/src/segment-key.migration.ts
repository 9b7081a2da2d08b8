import { tenantWall, type Migration } from '@throughline/postgres';

/**
 * The table `segment_key` of a service that owns a log. A segment's key lies in it wrapped by a slot key of the tenant's,
 * which exists only behind the key port. The relay reads it too: it opens bodies to seal them anew for the bus.
 */
export const segmentKeyMigration = (service: string): Migration => ({
  name: '1763769600100SegmentKeys',
  sql: `
    CREATE TABLE segment_key (
      tenant uuid NOT NULL,
      segment uuid NOT NULL,
      slot integer NOT NULL,
      wrapped bytea NOT NULL,
      PRIMARY KEY (tenant, segment)
    );
    CREATE INDEX segment_key_slot ON segment_key (tenant, slot);
    -- Until it is analysed for the first time the planner would take "the tenant's rows" for few and read them all for each
    -- batch, by the index above (measured: 90 ms for 500 of 10,000 keys instead of 1 ms). So it is told that they are not.
    SELECT pg_restore_attribute_stats('schemaname', current_schema()::text, 'relname', 'segment_key', 'attname', 'tenant',
      'inherited', false, 'null_frac', 0::real, 'avg_width', 16, 'n_distinct', 1::real);
    ${tenantWall(service, 'segment_key', { relay: true })}`,
});
