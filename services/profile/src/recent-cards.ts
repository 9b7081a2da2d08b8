import { LRUCache } from 'lru-cache';
import type { CardOf } from './cards';

const CACHED = 50_000;
/** As long as the vault keeps opened keys: a language she told is forgotten with her key. */
const CACHE_MS = 60_000;

/** What an event may change of a card: whose customers a link made one (undefined: nobody can tell any more), or a language that was told. */
export type CardChange = { linked: readonly string[] | undefined } | { segment: string; language: string | undefined };

/**
 * The cards of customers whose events went out lately. Right as long as one reader sees every event of the log in its order and tells
 * `see` of it before it asks: where it begins anew (another may have gone on meanwhile), it forgets them all.
 */
export class RecentCards {
  private readonly customers = new LRUCache<string, string>({ max: CACHED });
  private readonly cards = new LRUCache<string, CardOf>({ max: CACHED, ttl: CACHE_MS });

  /** Forgets the card where the event changes it. The same language once more changes nothing, whichever of the two is the later word. */
  see(tenant: string, change: CardChange): void {
    if ('linked' in change) {
      if (!change.linked) this.forget();
      for (const segment of change.linked ?? []) this.drop(tenant, segment);
    } else if (change.language !== undefined && this.card(tenant, change.segment)?.language !== change.language) this.drop(tenant, change.segment);
  }

  /** By segment the cards that are known, and the segments whose are not. */
  find(tenant: string, segments: ReadonlySet<string>): { known: Map<string, CardOf>; unknown: string[] } {
    const known = new Map<string, CardOf>();
    const unknown: string[] = [];
    for (const segment of segments) {
      const card = this.card(tenant, segment);
      if (card) known.set(segment, card);
      else unknown.push(segment);
    }
    return { known, unknown };
  }

  keep(tenant: string, cards: ReadonlyMap<string, CardOf>): void {
    for (const [segment, card] of cards) {
      this.customers.set(`${tenant}|${segment}`, card.customer);
      this.cards.set(`${tenant}|${card.customer}`, card);
    }
  }

  forget(): void {
    this.customers.clear();
    this.cards.clear();
  }

  private card(tenant: string, segment: string): CardOf | undefined {
    const customer = this.customers.get(`${tenant}|${segment}`);
    return customer === undefined ? undefined : this.cards.get(`${tenant}|${customer}`);
  }

  /** Her other segments are of the same card. */
  private drop(tenant: string, segment: string): void {
    const customer = this.customers.get(`${tenant}|${segment}`);
    if (customer !== undefined) this.cards.delete(`${tenant}|${customer}`);
  }
}
