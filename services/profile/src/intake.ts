import { formatIdentity, revisionId, segmentId, type AcceptedInteraction } from '@throughline/contracts';
import type { EventStore } from '@throughline/event-store';
import type { Database, Tx } from '@throughline/postgres';
import type { TenantKeys } from '@throughline/vault';
import { admit, type KnownVersion } from './admission.decider';
import { INLINE_LIMIT } from './body-store';
import { decide, evolve, initialState, isRefused, LinkSet, type IdentityEvent, type IdentityLinked, type ResolveInteraction } from './identity.decider';
import { Overtaken, type Ledger } from './ledger';
import { asRevision, ownIdentity, type PlannedEvent } from './ledger-event';
import { linkEvents, type LinkSide } from './link-event';
import { lockMembership, readLinks } from './membership';
import { FIRST_GENERATION } from './membership.projection';
import type { InteractionWatch } from './reading/interaction-watch';

/** An interaction as it came off the bus, its body open. Its segment is not decided yet. */
export interface OpenInteraction extends Omit<PlannedEvent, 'segment'> {
  accepted: AcceptedInteraction;
}

/** What of a batch did not go into the log; all else did, or was there already. */
export interface Taken {
  conflicts: OpenInteraction[];
  refused: OpenInteraction[];
}

const MAX_ATTEMPTS = 5;
/** Batches that are looked up after one that held what the log knew: a redelivery, or a gateway that sends again, brings more of it. */
const DOUBTFUL = 100;

/**
 * Takes interactions of one tenant into the log: one transaction, a handful of statements however many they are. As a rule the log knows
 * none of them, and appending them finds out; where it knows one, the batch is undone and looked up first (decision 28).
 */
export class Intake {
  private doubtful = 0;

  constructor(
    private readonly database: Pick<Database, 'writer' | 'notify'>,
    private readonly store: Pick<EventStore, 'known'>,
    private readonly ledger: Ledger,
    private readonly watch: Pick<InteractionWatch, 'applied'>,
  ) {}

  /** Resolves when they are durable and readable. The same batch again changes nothing. */
  async take(keys: TenantKeys, interactions: readonly OpenInteraction[]): Promise<Taken> {
    if (interactions.length === 0) return { conflicts: [], refused: [] };
    for (let attempt = 1; ; attempt += 1) {
      try {
        const taken = await this.database.writer([keys.tenant], (tx) => this.takeIn(tx, keys, interactions));
        this.doubtful = Math.max(0, this.doubtful - 1);
        this.database.notify('log');
        this.watch.applied(keys.tenant, interactions.map(({ accepted }) => accepted.id));
        return taken;
      } catch (error) {
        if (!(error instanceof Overtaken) || attempt === MAX_ATTEMPTS) throw error;
        this.doubtful = DOUBTFUL;
      }
    }
  }

  private async takeIn(tx: Tx, keys: TenantKeys, interactions: readonly OpenInteraction[]): Promise<Taken> {
    const { fresh, conflicts } = await this.admitted(tx, keys.tenant, interactions);
    const named = fresh.map((interaction) => nameSegments(keys, interaction));
    const resolved = await resolve(tx, keys.tenant, named);
    const refused = named.flatMap(({ interaction }, index) => (isRefused(resolved[index]!) ? [interaction] : []));
    const events = named.flatMap((one, index) => eventsOf(keys, one, resolved[index]!));
    await lockRevised(tx, events);
    await this.ledger.write(tx, keys, events);
    return { conflicts, refused };
  }

  /** Those the log does not know, a revision under its own id, and those that contradict what it knows. */
  private async admitted(tx: Tx, tenant: string, interactions: readonly OpenInteraction[]) {
    const versions = interactions.map(versionOf);
    const ids = versions.flatMap(({ id, revision }) => (revision === undefined ? [id] : [id, revision]));
    const known = new Map<string, KnownVersion>(this.mayBeKnown(interactions) ? await this.store.known(tx, tenant, [...new Set(ids)]) : []);
    const fresh: OpenInteraction[] = [];
    const conflicts: OpenInteraction[] = [];
    for (const [index, interaction] of interactions.entries()) {
      const version = versions[index]!;
      const admission = admit(version, known);
      if (admission === 'duplicate') continue;
      if (admission === 'conflict') {
        conflicts.push(interaction);
        continue;
      }
      const accepted = admission === 'new' ? interaction : asRevision(interaction, version.revision!);
      fresh.push(accepted);
      known.set(accepted.envelope.id, accepted);
    }
    return { fresh, conflicts };
  }

  /** Bodies too large for the log are looked up always: each try to append one writes a blob. */
  private mayBeKnown(interactions: readonly OpenInteraction[]): boolean {
    return this.doubtful > 0 || interactions.some(({ plain }) => plain.length > INLINE_LIMIT);
  }
}

const versionOf = ({ accepted: { id, revisable }, digest }: OpenInteraction) => ({ id, digest, revision: revisable ? revisionId(id, digest) : undefined });

interface Named {
  interaction: OpenInteraction;
  sides: LinkSide[];
  command: ResolveInteraction;
}

/** Finds the segment of every identity an interaction names. */
function nameSegments(keys: TenantKeys, interaction: OpenInteraction): Named {
  const { envelope, body } = interaction;
  const segmentOf = (text: string) => segmentId(keys.tenant, keys.hash('identity', text), FIRST_GENERATION);
  const sides = body.identities.map(({ namespace, value, verified }) => ({ namespace, value, verified, segment: segmentOf(formatIdentity({ namespace, value })) }));
  // Where she said who she is nobody asks for the conversation's.
  const conversation = body.conversation === '' || sides.length > 0 ? undefined : segmentOf(formatIdentity(ownIdentity(envelope, body)));
  return { interaction, sides, command: { identities: sides, conversation, causationDepth: envelope.causationDepth } };
}

/** Decides the batch in its order; where that makes a new link, again with nobody else changing links beside it. */
async function resolve(tx: Tx, tenant: string, named: readonly Named[]) {
  const pairs = named.flatMap(({ command: { identities } }) =>
    identities.slice(1).filter((peer) => peer.verified).map((peer): [string, string] => [identities[0]!.segment, peer.segment]),
  );
  if (pairs.length === 0) return decideAll(named, initialState);
  const before = decideAll(named, LinkSet.of(await readLinks(tx, tenant, pairs)));
  if (!before.some(hasLink)) return before;
  await lockMembership(tx, tenant);
  return decideAll(named, LinkSet.of(await readLinks(tx, tenant, pairs)));
}

function decideAll(named: readonly Named[], links: LinkSet) {
  let state = links;
  return named.map(({ command }) => {
    const decision = decide(command, state);
    if (!isRefused(decision)) state = decision.reduce(evolve, state);
    return decision;
  });
}

const hasLink = (decision: ReturnType<typeof decide>) => !isRefused(decision) && decision.some(isLink);
const isLink = (event: IdentityEvent): event is IdentityLinked => event.type === 'identity.linked';

/**
 * Of two revisions said at one moment the later accepted is shown. They may come by other identities, and so by other streams: who appends first has to
 * fold first too, as a rebuild will. In one order, so that two batches never wait for each other.
 */
async function lockRevised(tx: Tx, events: readonly PlannedEvent[]): Promise<void> {
  const revised = new Set(events.map(({ envelope }) => envelope.revises).filter((id) => id !== ''));
  if (revised.size > 0) await tx.query(REVISED, [[...revised].sort()]);
}

const REVISED = `SELECT pg_advisory_xact_lock(hashtextextended('revision ' || id, 0)) FROM unnest($1::text[]) AS id`;

/** The events of one interaction as the log takes them: the interaction itself first. */
function eventsOf(keys: TenantKeys, { interaction, sides }: Named, decision: ReturnType<typeof decide>): PlannedEvent[] {
  if (isRefused(decision)) return [];
  const planned = decision.flatMap((event) => (event.type === 'interaction.placed' ? [{ ...interaction, segment: event.segment }] : []));
  const sideOf = (segment: string) => sides.find((side) => side.segment === segment)!;
  const links = decision.filter(isLink).flatMap((link, index) => linkEvents(keys, planned[0]!, [sideOf(link.segment), sideOf(link.peer)], index));
  return [...planned, ...links];
}
