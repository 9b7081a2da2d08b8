import { randomBytes } from 'node:crypto';
import { isId } from '@throughline/contracts';
import { ALONE_ID, PLACES_PER_SLOT, type KeyKind, type KeyPort, type SlotKeys } from '../key-port.contract';

const SLOT = /^slot:[a-z0-9][a-z0-9_.-]*$/;

type Places = (Buffer | undefined)[];

/** A key port in memory, for tests: it passes the same contract as the files. */
export function memoryKeyPort(): KeyPort {
  const keys = new Map<string, Places>();
  const made = (name: string, count: number) => {
    const places = keys.get(name) ?? Array.from({ length: count }, () => randomBytes(32));
    keys.set(name, places);
    return places;
  };
  return {
    get: async (tenant, id) => copyOf(keys.get(named(tenant, id, ALONE_ID))?.[0]),
    getOrMake: async (tenant, id) => copyOf(made(named(tenant, id, ALONE_ID), 1)[0])!,
    getSlot: async (tenant, id) => slotKeys(keys.get(named(tenant, id, SLOT))),
    makeSlot: async (tenant, id) => slotKeys(made(named(tenant, id, SLOT), PLACES_PER_SLOT))!,
    destroyPlaces: async (tenant, id, places) => {
      const checked = places.map(checkedPlace);
      const slot = keys.get(named(tenant, id, SLOT));
      for (const place of checked) slot?.splice(place, 1, undefined);
    },
    list: async (tenant: string, kind: KeyKind) => namesFrom(keys, `${tenant}/${kind}:`).map((name) => name.slice(tenant.length + 1)),
    tenants: async () => [...new Set(namesFrom(keys, '').map((name) => name.split('/')[0]!))],
    destroy: async (tenant, id) => void keys.delete(named(tenant, id, SLOT.test(id) ? SLOT : ALONE_ID)),
  };
}

function named(tenant: string, id: string, form: RegExp): string {
  if (!isId(tenant) || !form.test(id)) throw new TypeError('Not a key id.');
  return `${tenant}/${id}`;
}

function checkedPlace(place: number): number {
  if (Number.isInteger(place) && place >= 0 && place < PLACES_PER_SLOT) return place;
  throw new TypeError('Not a place in a slot.');
}

/** What is answered is the caller's to wipe. */
const copyOf = (key: Buffer | undefined) => key && Buffer.from(key);

function slotKeys(places: Places | undefined): SlotKeys | undefined {
  const seen = places?.map(copyOf);
  return seen && { key: (place) => copyOf(seen[checkedPlace(place)]) };
}

const namesFrom = (keys: Map<string, Places>, prefix: string) => [...keys.keys()].filter((name) => name.startsWith(prefix));
