import { int4Array, uuidArray, type Database, type Tx } from '@throughline/postgres';
import type { KeyPort } from './key-port.contract';
import type { Place } from './segment-key-table';
import { slotId } from './slots';

const AT_ONCE = 1_000;

interface DoomedPlace extends Place {
  tenant: string;
}

const NIL = '00000000-0000-0000-0000-000000000000';
const BEFORE_ALL: DoomedPlace = { tenant: NIL, slot: NIL, place: -1 };

const DOOMED = `
  SELECT tenant, slot, place FROM left_place WHERE doomed AND (tenant, slot, place) > ($1::uuid, $2::uuid, $3::int)
  ORDER BY tenant, slot, place LIMIT ${AT_ONCE}`;

const SETTLED = `
  DELETE FROM left_place USING unnest($1::uuid[], $2::uuid[], $3::int[]) AS gone (tenant, slot, place)
  WHERE left_place.tenant = gone.tenant AND left_place.slot = gone.slot AND left_place.place = gone.place`;

/**
 * Destroys what erasures have doomed, in the key store first and then in the list: who dies between the two leaves a place
 * on the list that is destroyed once more. Only committed erasures stand on the list, so nothing is destroyed that a
 * rolled-back transaction still needs. Places that the key store refuses stay on the list and keep no others there: it
 * throws when all have been tried. How many places.
 */
export async function finishErasures(database: Database, port: KeyPort, forget: (tenant: string, slot: string) => void): Promise<number> {
  let destroyed = 0;
  const failures: unknown[] = [];
  for (let after = BEFORE_ALL; ; ) {
    const places = await database.relay((tx) => readDoomed(tx, after));
    if (places.length === 0) break;
    const gone: DoomedPlace[] = [];
    for (const group of bySlot(places)) await destroy(port, group).then(() => gone.push(...group), (error: unknown) => failures.push(error));
    for (const { tenant, slot } of gone) forget(tenant, slot);
    if (gone.length > 0) await database.writer([...new Set(gone.map(({ tenant }) => tenant))], (tx) => settle(tx, gone));
    destroyed += gone.length;
    after = places.at(-1)!;
  }
  if (failures.length > 0) throw failures[0];
  return destroyed;
}

async function readDoomed(tx: Tx, { tenant, slot, place }: DoomedPlace): Promise<DoomedPlace[]> {
  return (await tx.query<DoomedPlace>(DOOMED, [tenant, slot, place])).rows;
}

const destroy = (port: KeyPort, places: readonly DoomedPlace[]): Promise<void> =>
  port.destroyPlaces(places[0]!.tenant, slotId(places[0]!.slot), places.map(({ place }) => place));

async function settle(tx: Tx, places: readonly DoomedPlace[]): Promise<void> {
  const columns = [uuidArray(places.map(({ tenant }) => tenant)), uuidArray(places.map(({ slot }) => slot)), int4Array(places.map(({ place }) => place))];
  await tx.query(SETTLED, columns);
}

const bySlot = (places: readonly DoomedPlace[]) => Map.groupBy(places, ({ tenant, slot }) => `${tenant}|${slot}`).values();
