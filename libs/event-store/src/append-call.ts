import type { Expectation, NewEvent } from './event-store.contract';

/** As streams and ids are told apart: PostgreSQL does not see the case of a UUID. */
export const nameOf = (tenant: string, id: string) => `${tenant}/${id}`.toLowerCase();

/** A call to append as it was made. An id that it holds several times goes to the log once: in a call as in the log, the first stands. */
export class AppendCall {
  /** Those of `given` that go to the log. */
  readonly events: readonly NewEvent[];
  /** Names of the streams and ids of `events`. */
  readonly streams: ReadonlySet<string>;
  readonly ids: ReadonlySet<string>;
  /** Of each event given, the place in `events` of the one with its id. */
  readonly places: readonly number[];

  constructor(
    readonly given: readonly NewEvent[],
    readonly expected: readonly Expectation[] = [],
  ) {
    const names = new Map<string, number>();
    const events: NewEvent[] = [];
    this.places = given.map((event) => {
      const name = nameOf(event.tenant, event.id);
      const known = names.get(name);
      if (known !== undefined) return known;
      names.set(name, events.length);
      return events.push(event) - 1;
    });
    this.events = events;
    this.ids = new Set(names.keys());
    this.streams = new Set(events.map(({ tenant, stream }) => nameOf(tenant, stream)));
  }
}
