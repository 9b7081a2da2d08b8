import type { Tx } from '@throughline/postgres';
import { PLACES_PER_SLOT } from './key-port.contract';
import type { SlotCounts } from './vault.contract';

/** Places of one slot, from `first` up to but not with `end`. */
export interface PlaceRange {
  slot: string;
  first: number;
  end: number;
}

/**
 * The row is locked to the end of the transaction, so nobody gets the same place; who comes meanwhile takes another slot
 * instead of waiting. So a tenant has as many open slots as transactions have ever made keys at the same time.
 */
const TAKE = `
  WITH open AS (
    SELECT slot, used FROM segment_slot WHERE tenant = $1 AND NOT filled ORDER BY used DESC LIMIT 1 FOR UPDATE SKIP LOCKED
  )
  UPDATE segment_slot AS taken SET used = least(open.used + $2, ${PLACES_PER_SLOT}) FROM open
  WHERE taken.tenant = $1 AND taken.slot = open.slot
  RETURNING taken.slot, open.used::int AS first, taken.used::int AS "end"`;

const ADD = `INSERT INTO segment_slot (tenant, slot, used, made_at) VALUES ($1, $2, $3, now())`;

const COUNT = `
  SELECT count(*) FILTER (WHERE retired_at IS NULL)::int AS "inUse", count(retired_at)::int AS retired, min(retired_at) AS "oldestRetired"
  FROM segment_slot WHERE tenant = $1`;

/** Slots of a tenant by what has become of them. */
export async function countSlots(tx: Tx, tenant: string): Promise<SlotCounts> {
  const { inUse, retired, oldestRetired } = (await tx.query<{ inUse: number; retired: number; oldestRetired: Date | null }>(COUNT, [tenant])).rows[0]!;
  return { inUse, retired, oldestRetired: oldestRetired ?? undefined };
}

/** At most `count` places of an open slot; undefined where there is none that nobody else is filling now. */
export async function takePlaces(tx: Tx, tenant: string, count: number): Promise<PlaceRange | undefined> {
  const { rows } = await tx.query<PlaceRange>({ name: 'segment-slot-take', text: TAKE, values: [tenant, count] });
  return rows[0];
}

/** Enters a slot, its first places taken. */
export async function addSlot(tx: Tx, tenant: string, slot: string, count: number): Promise<PlaceRange> {
  const end = Math.min(count, PLACES_PER_SLOT);
  await tx.query(ADD, [tenant, slot, end]);
  return { slot, first: 0, end };
}
