/** Identity rules in force; every link names it, so that an answer can say why. */
export const IDENTITY_RULES_VERSION = 1;

/** No event stands at the end of a longer chain of causes. */
export const MAX_CAUSATION_DEPTH = 8;

/** An identity an interaction names, with the segment that holds it. */
export interface NamedIdentity {
  segment: string;
  /** Vouched for by a credential scoped for its namespace: the door has dropped every other `verified`. */
  verified: boolean;
}

/** "This happened, and these identities were named in it." */
export interface ResolveInteraction {
  /** The customer's; the first is her own on this channel. Empty where she withheld it. */
  identities: readonly NamedIdentity[];
  /** Segment of the conversation, where there is one. */
  conversation: string | undefined;
  /** Causes that stand before the interaction. */
  causationDepth: number;
}

/** Which segments are linked with which, as far as this decision needs it. */
export interface Links {
  has(segment: string, peer: string): boolean;
}

export interface InteractionPlaced {
  type: 'interaction.placed';
  segment: string;
}

/** Two segments belong to one customer, because a gateway vouched that the second is hers whose own identity is the first. */
export interface IdentityLinked {
  type: 'identity.linked';
  segment: string;
  peer: string;
}

export type IdentityEvent = InteractionPlaced | IdentityLinked;

/** Why an interaction has no place: a value, not a surprise. */
export interface NobodyNamed {
  refused: 'nobody-named';
}

/** Who vouches for whom: the other way round is news again, since it may be the first to vouch for that identity. */
const pairKey = (segment: string, peer: string) => `${segment}|${peer}`;

/**
 * Pairs of segments known to be linked. Immutable: `evolve` gives the next one. Versions that follow each other share one map of
 * what was added when, so that a batch with thousands of links stays linear.
 */
export class LinkSet implements Links {
  private constructor(
    private readonly addedAs: Map<string, number>,
    private readonly size: number,
  ) {}

  static readonly none = LinkSet.of([]);

  static of(pairs: Iterable<readonly [string, string]>): LinkSet {
    const keys = new Set(Array.from(pairs, ([a, b]) => pairKey(a, b)));
    return new LinkSet(new Map(Array.from(keys, (key, index) => [key, index])), keys.size);
  }

  has(segment: string, peer: string): boolean {
    return (this.addedAs.get(pairKey(segment, peer)) ?? Infinity) < this.size;
  }

  with(segment: string, peer: string): LinkSet {
    if (this.has(segment, peer)) return this;
    // Where another version has gone on from here already, this one needs a map of its own; `none` always does, since it stays.
    const addedAs = this.size > 0 && this.addedAs.size === this.size ? this.addedAs : new Map([...this.addedAs].slice(0, this.size));
    return new LinkSet(addedAs.set(pairKey(segment, peer), this.size), this.size + 1);
  }
}

/** Places an interaction in a segment, and links what was vouched for. */
export function decide(command: ResolveInteraction, links: Links): IdentityEvent[] | NobodyNamed {
  // What her channel says of her is her own there, vouched for or not: the interaction lands in its segment.
  // Where she withheld it, the conversation is all that is known of her.
  const own = command.identities[0]?.segment ?? command.conversation;
  if (own === undefined) return { refused: 'nobody-named' };
  return [{ type: 'interaction.placed', segment: own }, ...linksOf(own, command, links)];
}

function linksOf(own: string, command: ResolveInteraction, links: Links): IdentityLinked[] {
  if (command.causationDepth >= MAX_CAUSATION_DEPTH) return [];
  const vouched = command.identities
    .slice(1)
    // A claim nobody vouched for is a hint: it stays in the interaction, owns nothing and links nobody.
    .filter((identity) => identity.verified)
    .map((identity) => identity.segment);
  // A link is made once each way, however often it is vouched for: in any order of arrival the same identities end verified.
  return [...new Set(vouched)]
    .filter((peer) => peer !== own && !links.has(own, peer))
    .map((peer) => ({ type: 'identity.linked', segment: own, peer }));
}

export function evolve(links: LinkSet, event: IdentityEvent): LinkSet {
  switch (event.type) {
    case 'interaction.placed':
      return links;
    case 'identity.linked':
      return links.with(event.segment, event.peer);
  }
}

export const initialState = LinkSet.none;

export const isRefused = (result: IdentityEvent[] | NobodyNamed): result is NobodyNamed => 'refused' in result;
