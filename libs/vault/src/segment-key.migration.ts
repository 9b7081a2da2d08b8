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
    ${tenantWall(service, 'segment_key', { relay: true })}`,
});
