import { byteaArray, int4Array, uuidArray, type Tx } from '@throughline/postgres';
import { PACKED, unpackKeys, type SeenKey } from './packed-keys';

/** A place in a slot of the tenant's. */
export interface Place {
  slot: string;
  place: number;
}

/** A segment's key as it lies in the database. */
export interface WrappedKey extends Place {
  segment: string;
  wrapped: Buffer;
}

const SEE = `SELECT ${PACKED} AS keys FROM segment_key WHERE tenant = $1 AND segment = ANY ($2::uuid[])`;

const READ = `SELECT segment, slot, place, wrapped FROM segment_key WHERE tenant = $1 AND segment = ANY ($2::uuid[]) AND wrapped IS NOT NULL`;

/** In the order of segments, so that two transactions never wait for each other in a ring. */
const INSERT = `
  INSERT INTO segment_key (tenant, segment, slot, place, wrapped)
  SELECT $1, made.* FROM unnest($2::uuid[], $3::uuid[], $4::int[], $5::bytea[]) AS made (segment, slot, place, wrapped) ORDER BY segment
  ON CONFLICT DO NOTHING`;

/** A row is made where there was none, so that no later event makes a key for a segment that was erased. */
const ERASE = `
  WITH erased AS (
    INSERT INTO segment_key AS key (tenant, segment) SELECT $1, segment FROM unnest($2::uuid[]) AS segment ORDER BY segment
    ON CONFLICT (tenant, segment) DO UPDATE SET slot = NULL, place = NULL, wrapped = NULL
    RETURNING key.segment, old.slot, old.place
  )
  INSERT INTO left_place (tenant, slot, place, segment, doomed) SELECT $1, slot, place, segment, true FROM erased WHERE slot IS NOT NULL`;

/** Places that the keys had before. A statement of its own: `ERASE` may have waited for a rotation, and does not see what that one left behind. */
const DOOM = `UPDATE left_place SET doomed = true WHERE tenant = $1 AND segment = ANY ($2::uuid[]) AND NOT doomed`;

const MOVE = `
  WITH moved AS (
    UPDATE segment_key AS key SET slot = made.slot, place = made.place, wrapped = made.wrapped
    FROM unnest($2::uuid[], $3::uuid[], $4::int[], $5::bytea[], $6::bytea[]) AS made (segment, slot, place, wrapped, before)
    WHERE key.tenant = $1 AND key.segment = made.segment AND key.wrapped = made.before
    RETURNING key.segment, old.slot, old.place
  )
  INSERT INTO left_place (tenant, slot, place, segment, doomed) SELECT $1, slot, place, segment, false FROM moved`;

/** Which of these segments have a row, and what stands in it: enough to know whether what is remembered still holds. */
export async function seeKeys(tx: Tx, tenant: string, segments: readonly string[]): Promise<Iterable<SeenKey>> {
  const { rows } = await tx.query<{ keys: Buffer | null }>({ name: 'segment-keys-seen', text: SEE, values: [tenant, uuidArray(segments)] });
  return rows[0]!.keys ? unpackKeys(rows[0]!.keys) : [];
}

/** The keys of these segments but those that were erased. */
export async function readKeys(tx: Tx, tenant: string, segments: readonly string[]): Promise<WrappedKey[]> {
  const { rows } = await tx.query<WrappedKey>({ name: 'segment-keys', text: READ, values: [tenant, uuidArray(segments)] });
  return rows;
}

/** Inserts those that nobody else has inserted meanwhile. How many. */
export async function insertKeys(tx: Tx, tenant: string, keys: readonly WrappedKey[]): Promise<number> {
  const { rowCount } = await tx.query({ name: 'segment-keys-made', text: INSERT, values: [tenant, ...columns(keys)] });
  return rowCount ?? 0;
}

/** How many of these segments had a key. */
export async function eraseKeys(tx: Tx, tenant: string, segments: readonly string[]): Promise<number> {
  const { rowCount } = await tx.query(ERASE, [tenant, uuidArray(segments)]);
  await tx.query(DOOM, [tenant, uuidArray(segments)]);
  return rowCount ?? 0;
}

/** Puts keys to other places, but those that were erased or moved since `before` was read. How many. */
export async function moveKeys(tx: Tx, tenant: string, keys: readonly (WrappedKey & { before: Buffer })[]): Promise<number> {
  const { rowCount } = await tx.query(MOVE, [tenant, ...columns(keys), byteaArray(keys.map((key) => key.before))]);
  return rowCount ?? 0;
}

const columns = (keys: readonly WrappedKey[]) => [
  uuidArray(keys.map((key) => key.segment)),
  uuidArray(keys.map((key) => key.slot)),
  int4Array(keys.map((key) => key.place)),
  byteaArray(keys.map((key) => key.wrapped)),
];
