import type { BlobStore } from '@throughline/blob';
import type { Bus, OutgoingMessage } from '@throughline/bus';
import { formatPosition, writeRecord, writeTimelineRecord, type RecordParts } from '@throughline/contracts';
import type { StoredEvent } from '@throughline/event-store';
import { sealBody } from '@throughline/platform';
import type { SegmentKey, TenantKeys, Vault } from '@throughline/vault';
import type { BodyStore } from './body-store';
import type { CardOf } from './cards';
import { cardWords, EventCards, type CardWords, type EventCardsParts } from './event-cards';
import { readEnvelope } from './ledger-event';
import type { RecentEvent, RecentEvents } from './recent-events';
import type { TraitValues } from './trait-values';
import { traitsOf } from './traits';

/** The type that asks a channel to send. */
export const MESSAGE_REQUESTED = 'message.requested';

export interface RelayParts extends EventCardsParts {
  vault: Pick<Vault, 'forTenant' | 'existingSegmentKeys'>;
  bus: Pick<Bus, 'publish'>;
  traits: TraitValues;
  bodies: Pick<BodyStore, 'open'>;
  recent: Pick<RecentEvents, 'find'>;
  blobs: BlobStore;
}

interface Context {
  keys: TenantKeys;
  segmentKeys: Map<string, SegmentKey>;
}

/** An event as it travels, and what its card hangs on. */
interface Sealed {
  record: RecordParts;
  words: CardWords | undefined;
}

/** Publishes the log, in its order: every event on `timeline`, and what a channel shall send on `outbound` too. */
export class Relay {
  private readonly cards: EventCards;

  constructor(private readonly parts: RelayParts) {
    this.cards = new EventCards(parts);
  }

  /** The next events may not follow on the last ones that were published here. */
  begin(): void {
    this.cards.forget();
  }

  /** Resolves when all are durable on the bus. At least once: readers know an event by its position. */
  async publish(events: readonly StoredEvent[]): Promise<void> {
    const { timeline, outbound } = await this.messages(events, this.cards);
    await this.parts.bus.publish('timeline', timeline);
    if (outbound.length > 0) await this.parts.bus.publish('outbound', outbound);
  }

  /** The events as they go out on `timeline`, under the current epoch's key; nothing is published. */
  async timeline(events: readonly StoredEvent[]): Promise<OutgoingMessage[]> {
    return (await this.messages(events, new EventCards(this.parts))).timeline;
  }

  private async messages(events: readonly StoredEvent[], cards: EventCards): Promise<{ timeline: OutgoingMessage[]; outbound: OutgoingMessage[] }> {
    const contexts = new Map<string, Context>();
    for (const [tenant, own] of Map.groupBy(events, (event) => event.tenant)) contexts.set(tenant, await this.context(tenant, own));
    // One after the other: of a large body only its name is left once it is sealed anew, and all at once do not fit into memory.
    const sealed: Sealed[] = [];
    for (const event of events) sealed.push(await this.sealed(event, contexts.get(event.tenant)!));
    // Read last: what the events say of their customers is known by then.
    const cardOf = await cards.of(events.map(({ tenant, stream: segment, type }, index) => ({ tenant, segment, type, words: sealed[index]!.words })));
    const timeline = events.map((event, index) => timelineMessage(event, sealed[index]!.record, cardOf.get(event.stream)));
    const outbound = events.flatMap((event, index) => (event.type === MESSAGE_REQUESTED ? [outboundMessage(event, sealed[index]!.record)] : []));
    return { timeline, outbound };
  }

  private async context(tenant: string, events: readonly StoredEvent[]): Promise<Context> {
    const { vault, database } = this.parts;
    const segments = [...new Set(events.map((event) => event.stream))];
    const segmentKeys = await database.reader(tenant, (tx) => vault.existingSegmentKeys(tx, tenant, segments));
    return { keys: await vault.forTenant(tenant), segmentKeys };
  }

  /** Its body under the epoch's key, or none where the segment's key is gone. */
  private async sealed(event: StoredEvent, { keys, segmentKeys }: Context): Promise<Sealed> {
    const open = await this.open(event, segmentKeys.get(event.stream));
    const body = open && (await sealBody(keys, this.parts.blobs, event.id, open.plain));
    return { record: { envelope: event.envelope, digest: event.digest, ...(body && { body }) }, words: open && cardWords(event.type, open) };
  }

  /** From memory where it was appended here just now. */
  private async open(event: StoredEvent, key: SegmentKey | undefined): Promise<RecentEvent | undefined> {
    const { recent, bodies, traits } = this.parts;
    const remembered = key && event.box.length > 0 ? recent.find(event) : undefined;
    if (remembered) return remembered;
    const open = await bodies.open(event, key);
    const told = open ? traitsOf(readEnvelope(event.envelope), open.body) : {};
    traits.remember(event.tenant, event.id, told);
    return open && { ...open, told };
  }
}

function timelineMessage({ key, position, stream, recordedAt }: StoredEvent, record: RecordParts, card: CardOf | undefined): OutgoingMessage {
  return { key, value: writeTimelineRecord({ record, position: formatPosition(position), segment: stream, recordedAt, ...(card && { card }) }) };
}

const outboundMessage = ({ key }: StoredEvent, record: RecordParts): OutgoingMessage => ({ key, value: writeRecord(record) });
