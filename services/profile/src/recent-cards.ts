import { LRUCache } from 'lru-cache';
import type { CardOf } from './cards';

const CACHED = 50_000;
/** As long as the vault keeps opened keys: a language she told is forgotten with her key. */
const CACHE_MS = 60_000;

/** A card as all segments of a customer share it. */
interface Shared {
  card: CardOf;
  /** Unix ms; 0 once an event has changed it. */
  until: number;
}

/** What a batch of events may change of cards, and whose cards it asks for. */
export interface CardChanges {
  segments: ReadonlySet<string>;
  /** Segments whose customers a link made one. */
  linked: ReadonlySet<string>;
  /** By segment every language that was told. */
  languages: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * The cards of customers whose events went out lately. Right as long as one reader sees every event of the log in its order: where it
 * begins anew (another may have gone on meanwhile), it must begin with none.
 */
export class RecentCards {
  /** By segment; an id is of one tenant. */
  private readonly known = new LRUCache<string, Shared>({ max: CACHED, dispose: (_card, _segment, reason) => (this.evicted ||= reason === 'evict') });
  /** Of a segment that is not known others may share the card. */
  private evicted = false;

  /** By segment the cards that still stand after these events, and the segments whose do not. */
  after({ segments, linked, languages }: CardChanges): { standing: Map<string, CardOf>; asked: string[] } {
    for (const segment of linked) this.drop(segment);
    for (const [segment, told] of languages) this.hear(segment, told);
    const standing = new Map<string, CardOf>();
    const asked: string[] = [];
    const now = Date.now();
    for (const segment of segments) {
      const shared = this.known.get(segment);
      if (shared && shared.until > now) standing.set(segment, shared.card);
      else asked.push(segment);
    }
    return { standing, asked };
  }

  keep(cards: ReadonlyMap<string, CardOf>): void {
    const until = Date.now() + CACHE_MS;
    const shared = new Map<CardOf, Shared>();
    for (const [segment, card] of cards) {
      if (!shared.has(card)) shared.set(card, { card, until });
      this.known.set(segment, shared.get(card)!);
    }
  }

  forget(): void {
    this.known.clear();
    this.evicted = false;
  }

  /** The same language once more changes nothing, whichever of the two is the later word. */
  private hear(segment: string, told: ReadonlySet<string>): void {
    const language = this.known.get(segment)?.card.language;
    for (const other of told) if (other !== language) this.drop(segment);
  }

  private drop(segment: string): void {
    const shared = this.known.get(segment);
    if (shared) shared.until = 0;
    else if (this.evicted) this.forget();
  }
}
