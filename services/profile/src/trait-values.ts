import { readEnvelope } from '@throughline/contracts';
import type { EventStore } from '@throughline/event-store';
import type { Tx } from '@throughline/postgres';
import type { SegmentKey } from '@throughline/vault';
import { LRUCache } from 'lru-cache';
import type { BodyStore } from './body-store';
import { readPointer, type TraitPointer } from './trait-pointer';
import { isLater, TRAIT_NAMES, traitsOf, type TraitName, type Traits } from './traits';

/** As `TOLD_COLUMNS` has them: where a segment's traits were last told; nothing was where it is null or empty. */
export type ToldColumns = Record<`told_${TraitName}`, Buffer | null>;

/** SQL for the last words of each trait among some summaries. */
export const TOLD_COLUMNS = TRAIT_NAMES.map((trait) => `max(told_${trait}) AS told_${trait}`).join(', ');

/** The latest of several segments' pointers for each trait. */
export function latestPointers(members: readonly (ToldColumns & { segment: string })[]): TraitPointer[] {
  return TRAIT_NAMES.flatMap((trait) => {
    const told = members.flatMap(({ segment, [`told_${trait}` as const]: bytes }) => {
      const pointer = readPointer(bytes);
      return pointer ? [{ trait, segment, ...pointer }] : [];
    });
    const latest = told.reduce<TraitPointer | undefined>((last, next) => (isLater(next, last) ? next : last), undefined);
    return latest ? [latest] : [];
  });
}

type KeysOf = (segments: readonly string[]) => Promise<ReadonlyMap<string, SegmentKey>>;

const CACHED = 50_000;
const CACHE_MS = 600_000;

/** Reads what events say of their customers. */
export class TraitValues {
  private readonly known = new LRUCache<string, Traits>({ max: CACHED, ttl: CACHE_MS });

  constructor(
    private readonly store: Pick<EventStore, 'readById'>,
    private readonly bodies: Pick<BodyStore, 'open'>,
  ) {}

  /** Keeps in memory what an event says, for `read` with `remembered`. No pointer names one that says nothing. */
  remember(tenant: string, event: string, told: Traits): void {
    if (told.name || told.language) this.known.set(nameOf(tenant, event), told);
  }

  /** By event what it says; an event whose body is gone says nothing. @param remembered take what `remember` was told */
  async read(tx: Tx, tenant: string, pointers: readonly TraitPointer[], keysOf: KeysOf, { remembered = false } = {}): Promise<Map<string, Traits>> {
    const told = new Map<string, Traits>();
    if (pointers.length === 0) return told;
    const keys = await keysOf(pointers.map(({ segment }) => segment));
    const unknown: TraitPointer[] = [];
    for (const pointer of pointers) {
      // Whose key was erased says nothing any more, whatever is remembered.
      const known = remembered && keys.has(pointer.segment) ? this.known.get(nameOf(tenant, pointer.source)) : undefined;
      if (known) told.set(pointer.source, known);
      else unknown.push(pointer);
    }
    if (unknown.length === 0) return told;
    const events = await this.store.readById(tx, tenant, unknown.map(({ source }) => source));
    for (const event of events) {
      const opened = await this.bodies.open(event, keys.get(event.stream));
      if (opened) told.set(event.id, traitsOf(readEnvelope(event.envelope), opened.body));
    }
    return told;
  }
}

const nameOf = (tenant: string, event: string) => `${tenant}|${event}`;

/** The traits these pointers name. */
export const traitsAt = (pointers: readonly TraitPointer[], told: ReadonlyMap<string, Traits>): Traits =>
  Object.fromEntries(pointers.flatMap(({ trait, source }) => (told.get(source)?.[trait] ? [[trait, told.get(source)![trait]]] : [])));
