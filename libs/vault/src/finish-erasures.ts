import { int4Array, uuidArray, type Database, type Tx } from '@throughline/postgres';
import { isKeysMissing } from './founded-port';
import type { KeyPort } from './key-port.contract';
import type { Place } from './segment-key-table';
import { slotId } from './slots';

const AT_ONCE = 1_000;

interface DoomedPlace extends Place {
  tenant: string;
}

const DOOMED = `SELECT tenant, slot, place FROM left_place WHERE doomed AND tenant <> ALL ($1::uuid[]) ORDER BY tenant, slot, place LIMIT ${AT_ONCE}`;

const SETTLED = `
  DELETE FROM left_place USING unnest($1::uuid[], $2::uuid[], $3::int[]) AS gone (tenant, slot, place)
  WHERE left_place.tenant = gone.tenant AND left_place.slot = gone.slot AND left_place.place = gone.place`;

/**
 * Destroys what erasures have doomed, in the key store first and then in the list: who dies between the two leaves a place
 * on the list that is destroyed once more. Only committed erasures stand on the list, so nothing is destroyed that a
 * rolled-back transaction still needs. Where a tenant's keys are not in this store its places stay on the list, and once all others
 * are done it throws. How many places.
 */
export async function finishErasures(database: Database, port: KeyPort, forget: (tenant: string, slot: string) => void): Promise<number> {
  const missing = new Map<string, unknown>();
  let destroyed = 0;
  for (;;) {
    const places = await database.relay((tx) => readDoomed(tx, [...missing.keys()]));
    if (places.length === 0) break;
    for (const { tenant, slot, places: gone } of bySlot(places)) {
      await port.destroyPlaces(tenant, slotId(slot), gone).catch((error: unknown) => missing.set(tenant, onlyMissing(error)));
      forget(tenant, slot);
    }
    const done = places.filter(({ tenant }) => !missing.has(tenant));
    if (done.length > 0) await database.writer([...new Set(done.map(({ tenant }) => tenant))], (tx) => settle(tx, done));
    destroyed += done.length;
  }
  for (const error of missing.values()) throw error;
  return destroyed;
}

function onlyMissing(error: unknown): unknown {
  if (!isKeysMissing(error)) throw error;
  return error;
}

async function readDoomed(tx: Tx, without: readonly string[]): Promise<DoomedPlace[]> {
  return (await tx.query<DoomedPlace>(DOOMED, [uuidArray(without)])).rows;
}

async function settle(tx: Tx, places: readonly DoomedPlace[]): Promise<void> {
  const columns = [uuidArray(places.map(({ tenant }) => tenant)), uuidArray(places.map(({ slot }) => slot)), int4Array(places.map(({ place }) => place))];
  await tx.query(SETTLED, columns);
}

function bySlot(places: readonly DoomedPlace[]) {
  const groups = Map.groupBy(places, ({ tenant, slot }) => `${tenant}|${slot}`).values();
  return [...groups].map((group) => ({ ...group[0]!, places: group.map(({ place }) => place) }));
}
