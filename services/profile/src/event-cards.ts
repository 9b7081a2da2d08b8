import { IDENTITY_LINKED, type Body } from '@throughline/contracts';
import type { Database } from '@throughline/postgres';
import { readCards, type CardOf, type CardParts } from './cards';
import { linkDataOf } from './link-event';
import { RecentCards, type CardChanges } from './recent-cards';
import type { Traits } from './traits';

/** What an event says that cards hang on. */
export interface CardWords {
  language: string | undefined;
  /** The other side of a link. */
  peer: string | undefined;
}

/** An event on its way out. */
export interface OutgoingEvent {
  tenant: string;
  segment: string;
  type: string;
  /** Undefined where its body is gone. */
  words: CardWords | undefined;
}

export interface EventCardsParts extends CardParts {
  database: Pick<Database, 'reader'>;
}

/** The cards that go out with events. */
export class EventCards {
  private readonly recent = new RecentCards();

  constructor(private readonly parts: EventCardsParts) {}

  /** Remembers nothing any more. */
  forget(): void {
    this.recent.forget();
  }

  /** By segment. Events in the order of the log, and all of them: what they change is noticed here. */
  async of(events: readonly OutgoingEvent[]): Promise<ReadonlyMap<string, CardOf>> {
    // With a link's body what it linked is gone, too.
    if (events.some(({ type, words }) => type === IDENTITY_LINKED && !words)) this.recent.forget();
    const { standing, asked } = this.recent.after(changesOf(events));
    const wanted = new Set(asked);
    for (const [tenant, own] of Map.groupBy(events, (event) => event.tenant)) {
      const segments = [...new Set(own.map(({ segment }) => segment))].filter((segment) => wanted.has(segment));
      if (segments.length === 0) continue;
      const read = await this.parts.database.reader(tenant, (tx) => readCards(tx, this.parts, tenant, segments));
      this.recent.keep(read);
      for (const [segment, card] of read) standing.set(segment, card);
    }
    return standing;
  }
}

function changesOf(events: readonly OutgoingEvent[]): CardChanges {
  const segments = new Set<string>();
  const linked = new Set<string>();
  const languages = new Map<string, Set<string>>();
  for (const { segment, words } of events) {
    segments.add(segment);
    if (words?.peer !== undefined) linked.add(segment).add(words.peer);
    if (words?.language !== undefined) languages.set(segment, (languages.get(segment) ?? new Set()).add(words.language));
  }
  return { segments, linked, languages };
}

export const cardWords = (type: string, body: Body, told: Traits): CardWords => ({
  language: told.language?.value,
  peer: type === IDENTITY_LINKED ? linkDataOf(body).peer : undefined,
});
