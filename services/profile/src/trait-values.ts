import type { EventStore } from '@throughline/event-store';
import type { Tx } from '@throughline/postgres';
import type { SegmentKey } from '@throughline/vault';
import { LRUCache } from 'lru-cache';
import type { BodyStore } from './body-store';
import { readEnvelope } from './ledger-event';
import { isLater, TRAIT_NAMES, traitsOf, type TraitName, type Traits, type TraitSource } from './traits';

/** Which event tells a trait of a segment; what it says lies in the event alone. */
export interface TraitPointer extends TraitSource {
  trait: TraitName;
  segment: string;
}

/** As `traitsColumn` has them: by trait the event, when it was said (Unix ms) and the provider's order within that ms. */
export type TraitColumn = Partial<Record<TraitName, { event: string; at: number; sequence: number }>> | null;

/** SQL for the traits of the segment that `segment` names, as one JSON value; $1 is the tenant. */
export const traitsColumn = (segment: string) => `
  SELECT jsonb_object_agg(trait, jsonb_build_object('event', event, 'at', at, 'sequence', sequence)) AS traits
  FROM segment_trait WHERE tenant = $1 AND segment = ${segment}`;

/** The latest of several segments' pointers for each trait. */
export function latestPointers(members: readonly { segment: string; traits: TraitColumn }[]): TraitPointer[] {
  return TRAIT_NAMES.flatMap((trait) => {
    const told = members.flatMap(({ segment, traits }) => {
      const { event, at, sequence } = traits?.[trait] ?? {};
      return event === undefined ? [] : [{ trait, segment, source: event, at: at!, sequence: sequence! }];
    });
    const latest = told.reduce<TraitPointer | undefined>((last, next) => (isLater(next, last) ? next : last), undefined);
    return latest ? [latest] : [];
  });
}

type KeysOf = (segments: readonly string[]) => Promise<ReadonlyMap<string, SegmentKey>>;

const CACHED = 50_000;
/** As long as the vault keeps opened keys: what was erased is forgotten here, too. */
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
    const unknown: TraitPointer[] = [];
    for (const pointer of pointers) {
      const known = remembered ? this.known.get(nameOf(tenant, pointer.source)) : undefined;
      if (known) told.set(pointer.source, known);
      else unknown.push(pointer);
    }
    if (unknown.length === 0) return told;
    const keys = await keysOf(unknown.map(({ segment }) => segment));
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
