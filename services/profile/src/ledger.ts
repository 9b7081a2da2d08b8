import type { AppendOutcome, EventStore, StoredEvent } from '@throughline/event-store';
import type { Tx } from '@throughline/postgres';
import type { TenantKeys, Vault } from '@throughline/vault';
import { appendedEvent, type AppendedEvent } from './appended-event';
import { cardWords } from './event-cards';
import { sealEvent, type PlannedEvent } from './ledger-event';
import type { BodyStore } from './body-store';
import { sayTells } from './body-tells';
import { project } from './projections';
import type { RecentEvents } from './recent-events';
import type { TraitValues } from './trait-values';
import { traitsOf, type Traits } from './traits';

/** Another transaction appended one of these ids after we had looked: decide again. */
export class Overtaken extends Error {}

/** The one way into the log: seals, appends and projects in the caller's transaction, so all of it happens or none. */
export class Ledger {
  constructor(
    private readonly store: Pick<EventStore, 'append'>,
    private readonly vault: Pick<Vault, 'segmentKeys'>,
    private readonly bodies: BodyStore,
    private readonly traits: Pick<TraitValues, 'remember'>,
    private readonly recent: Pick<RecentEvents, 'keep'>,
  ) {}

  /** Appends events of one tenant that the log does not know yet. Throws `Overtaken` where it knows one by now. */
  async write(tx: Tx, keys: TenantKeys, events: readonly PlannedEvent[]): Promise<AppendedEvent[]> {
    if (events.length === 0) return [];
    const laid: string[] = [];
    try {
      return await this.append(tx, keys, events, laid);
    } catch (error) {
      // Nothing was committed, so nothing names them; and who tries again lays others.
      await this.bodies.discard(keys.tenant, laid);
      throw error;
    }
  }

  /** @param laid takes the ids of the blobs that it stores */
  private async append(tx: Tx, keys: TenantKeys, events: readonly PlannedEvent[], laid: string[]): Promise<AppendedEvent[]> {
    const segmentKeys = await this.vault.segmentKeys(tx, keys.tenant, [...new Set(events.map((event) => event.segment))]);
    const traits = events.map(sayTraits);
    const bodies = await this.bodies.stored(events, segmentKeys, laid);
    const sealed = events.map((event, index) => sealEvent(event, bodies[index]!, segmentKeys.get(event.segment)!));
    const places = (await this.store.append(tx, sealed)).map(placeOf);
    const appended = events.map((event, index) => appendedEvent(event, places[index]!));
    await project(tx, keys, segmentKeys, appended);
    for (const [index, event] of events.entries()) this.remember(event, { ...sealed[index]!, ...places[index]! }, traits[index]!);
    return appended;
  }

  /** The relay comes by soon: it and its cards need what these events say. */
  private remember({ envelope, body, plain }: PlannedEvent, stored: StoredEvent, traits: Traits): void {
    this.traits.remember(envelope.tenant, envelope.id, traits);
    this.recent.keep(stored, { plain, words: cardWords(envelope.type, body, traits) });
  }
}

/** Has the envelope say, before it is sealed with, what the body tells. */
function sayTraits({ envelope, body }: PlannedEvent): Traits {
  const traits = traitsOf(envelope, body);
  Object.assign(envelope, sayTells(body, traits));
  return traits;
}

type Place = Pick<StoredEvent, 'position' | 'version' | 'recordedAt'>;

function placeOf(outcome: AppendOutcome): Place {
  if (outcome.outcome !== 'appended') throw new Overtaken('the log knows an event by now that it did not know before');
  const { position, version, recordedAt } = outcome;
  return { position, version, recordedAt };
}
