import type { Database, Tx } from '@throughline/postgres';
import type { KeyPort } from './key-port.contract';
import { moveKeys, type WrappedKey } from './segment-key-table';
import { rewrapped } from './segment-keys';
import { slotId, type Slots } from './slots';

const AT_ONCE = 500;
const NIL = '00000000-0000-0000-0000-000000000000';

/** Waits for transactions that are taking places, by their row locks; afterwards nobody takes one in these slots. */
const RETIRE = `UPDATE segment_slot SET retired_at = now() WHERE tenant = $1 AND made_at < $2 AND retired_at IS NULL`;

const TO_MOVE = `
  SELECT key.segment, key.slot, key.place, key.wrapped
  FROM segment_key AS key JOIN segment_slot AS slot ON slot.tenant = key.tenant AND slot.slot = key.slot
  WHERE key.tenant = $1 AND key.segment > $2 AND slot.retired_at IS NOT NULL
  ORDER BY key.segment LIMIT ${AT_ONCE} FOR UPDATE OF key`;

const EMPTY = `
  SELECT slot FROM segment_slot AS retired WHERE tenant = $1 AND retired_at < $2
  AND NOT EXISTS (SELECT FROM segment_key WHERE tenant = $1 AND slot = retired.slot)`;

/**
 * Moves the tenant's segment keys out of all slots made before this time, to places in newer ones: the same keys, wrapped
 * anew. Readers and writers go on. Who dies in it is followed by whoever calls it again with the same time. How many moved.
 */
export async function rotateSlots(database: Database, slots: Slots, tenant: string, madeBefore: Date, onProgress?: (moved: number) => void): Promise<number> {
  await database.writer([tenant], (tx) => tx.query(RETIRE, [tenant, madeBefore]));
  let moved = 0;
  for (let after: string | undefined = NIL; after; ) {
    const page: { last: string | undefined; moved: number } = await database.writer([tenant], (tx) => movePage(tx, slots, tenant, after!));
    moved += page.moved;
    onProgress?.(moved);
    after = page.last;
  }
  return moved;
}

async function movePage(tx: Tx, slots: Slots, tenant: string, after: string) {
  const { rows } = await tx.query<WrappedKey>(TO_MOVE, [tenant, after]);
  if (rows.length === 0) return { last: undefined, moved: 0 };
  const old = await slots.get(tenant, rows.map((row) => row.slot));
  const places = await slots.take(tx, tenant, rows.length);
  const keys = rows.map((row, i) => rewrapped(tenant, row, old.get(row.slot), places[i]!)).filter((key) => key !== undefined);
  return { last: rows.at(-1)!.segment, moved: await moveKeys(tx, tenant, keys) };
}

/**
 * Destroys slots that were retired before this time and are empty. A backup from before the rotation opens until then, and
 * never after it. How many slots.
 */
export async function destroyRetiredSlots(database: Database, port: KeyPort, tenant: string, retiredBefore: Date): Promise<number> {
  const retired = await database.writer([tenant], async (tx) => (await tx.query<{ slot: string }>(EMPTY, [tenant, retiredBefore])).rows);
  // In the key store first: who dies before the rows are gone destroys it once more.
  for (const { slot } of retired) {
    await port.destroy(tenant, slotId(slot));
    await database.writer([tenant], (tx) => dropSlot(tx, tenant, slot));
  }
  return retired.length;
}

async function dropSlot(tx: Tx, tenant: string, slot: string): Promise<void> {
  await tx.query('DELETE FROM left_place WHERE tenant = $1 AND slot = $2', [tenant, slot]);
  await tx.query('DELETE FROM segment_slot WHERE tenant = $1 AND slot = $2', [tenant, slot]);
}
