import type { Expectation, NewEvent } from './event-store.contract';

/** A UUID as it is told apart: PostgreSQL does not see its case. Costs nothing where it is lower case already. */
export const nameOf = (uuid: string) => uuid.toLowerCase();

/** A call to append as it was made. An id that it holds several times goes to the log once: in a call as in the log, the first stands. */
export class AppendCall {
  /** Those of `given` that go to the log. */
  readonly events: readonly NewEvent[];
  /** Names of the streams and ids of `events`, whatever their tenants. */
  readonly streams = new Set<string>();
  readonly ids = new Set<string>();
  /** Of each event given, the place in `events` of the one with its id. */
  readonly places: readonly number[];

  constructor(
    readonly given: readonly NewEvent[],
    readonly expected: readonly Expectation[] = [],
  ) {
    for (const { stream, id } of given) {
      this.streams.add(nameOf(stream));
      this.ids.add(nameOf(id));
    }
    const anew = this.ids.size === given.length;
    this.places = anew ? given.map((_, index) => index) : placesOf(given);
    this.events = anew ? given : firsts(given, this.places);
  }
}

function firsts(events: readonly NewEvent[], places: readonly number[]): NewEvent[] {
  const result: NewEvent[] = [];
  for (const [index, event] of events.entries()) if (places[index] === result.length) result.push(event);
  return result;
}

/** Two tenants may have the same id. */
function placesOf(events: readonly NewEvent[]): number[] {
  const places = new Map<string, number>();
  return events.map(({ tenant, id }) => {
    const name = `${nameOf(tenant)}/${nameOf(id)}`;
    const place = places.get(name) ?? places.size;
    places.set(name, place);
    return place;
  });
}
