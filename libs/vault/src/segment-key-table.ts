import type { Tx } from '@throughline/postgres';
import type { SlotUse } from './slot-filler';

/** A segment's key as it lies in the database. `service` is the schema the transaction works in. */
export interface WrappedKey {
  service: string;
  segment: string;
  slot: number;
  wrapped: Buffer;
}

export type NewWrappedKey = Omit<WrappedKey, 'service'>;

const READ = `SELECT current_schema() AS service, segment, slot, wrapped FROM segment_key WHERE tenant = $1 AND segment = ANY ($2::uuid[])`;

const NEWEST_SLOT = `
  SELECT current_schema() AS service, newest.slot, (SELECT count(*)::int FROM segment_key WHERE tenant = $1 AND slot = newest.slot) AS used
  FROM (SELECT max(slot) AS slot FROM segment_key WHERE tenant = $1) AS newest`;

const INSERT = `
  INSERT INTO segment_key (tenant, segment, slot, wrapped)
  SELECT $1, made.* FROM unnest($2::uuid[], $3::int[], $4::bytea[]) AS made
  ON CONFLICT DO NOTHING`;

export async function readWrapped(tx: Tx, tenant: string, segments: readonly string[]): Promise<WrappedKey[]> {
  const { rows } = await tx.query<WrappedKey>({ name: 'segment-keys', text: READ, values: [tenant, segments] });
  return rows;
}

/** The service whose table this is, and how full its newest slot of the tenant is; no slot where there is none yet. */
export async function newestSlot(tx: Tx, tenant: string): Promise<{ service: string; use: SlotUse | undefined }> {
  const { rows } = await tx.query<{ service: string; slot: number | null; used: number }>(NEWEST_SLOT, [tenant]);
  const { service, slot, used } = rows[0]!;
  return { service, use: slot === null ? undefined : { slot, used } };
}

/** Inserts those that nobody else has inserted meanwhile. In the order of segments, so that two transactions never wait for each other in a ring. */
export async function insertWrapped(tx: Tx, tenant: string, keys: readonly NewWrappedKey[]): Promise<void> {
  const sorted = keys.toSorted((a, b) => (a.segment < b.segment ? -1 : 1));
  const columns = [sorted.map((key) => key.segment), sorted.map((key) => key.slot), sorted.map((key) => key.wrapped)];
  await tx.query(INSERT, [tenant, ...columns]);
}
