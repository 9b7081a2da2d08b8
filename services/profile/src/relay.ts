import type { BlobStore } from '@throughline/blob';
import type { Bus, OutgoingMessage } from '@throughline/bus';
import { formatPosition, writeRecord, writeTimelineRecord, type Body, type RecordParts } from '@throughline/contracts';
import type { StoredEvent } from '@throughline/event-store';
import { sealBody } from '@throughline/platform';
import type { Database } from '@throughline/postgres';
import type { SegmentKey, TenantKeys, Vault } from '@throughline/vault';
import { IDENTITY_LINKED } from './appended-event';
import type { BodyStore, OpenBody } from './body-store';
import { readCards, type CardOf } from './cards';
import { readEnvelope } from './ledger-event';
import { linkDataOf } from './link-event';
import type { RecentBodies } from './recent-bodies';
import { RecentCards, type CardChange } from './recent-cards';
import type { TraitValues } from './trait-values';

/** The type that asks a channel to send. */
export const MESSAGE_REQUESTED = 'message.requested';

export interface RelayParts {
  database: Pick<Database, 'reader'>;
  vault: Pick<Vault, 'forTenant' | 'existingSegmentKeys'>;
  bus: Pick<Bus, 'publish'>;
  traits: TraitValues;
  bodies: Pick<BodyStore, 'open'>;
  recent: Pick<RecentBodies, 'find'>;
  blobs: BlobStore;
}

interface Context {
  keys: TenantKeys;
  segmentKeys: Map<string, SegmentKey>;
}

/** Publishes the log, in its order: every event on `timeline`, and what a channel shall send on `outbound` too. */
export class Relay {
  private readonly cards = new RecentCards();

  constructor(private readonly parts: RelayParts) {}

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
    return (await this.messages(events, new RecentCards())).timeline;
  }

  private async messages(events: readonly StoredEvent[], cards: RecentCards): Promise<{ timeline: OutgoingMessage[]; outbound: OutgoingMessage[] }> {
    const contexts = new Map<string, Context>();
    const tenants = Map.groupBy(events, (event) => event.tenant);
    for (const [tenant, own] of tenants) contexts.set(tenant, await this.context(tenant, own));
    // One after the other: of a large body only its name is left once it is sealed anew, and all at once do not fit into memory.
    const records: RecordParts[] = [];
    for (const event of events) records.push(await this.record(event, contexts.get(event.tenant)!, cards));
    // Read last: what the events say of their customers is known by then.
    const cardsOf = new Map<string, ReadonlyMap<string, CardOf>>();
    for (const [tenant, own] of tenants) cardsOf.set(tenant, await this.cardsOf(tenant, own, cards));
    const timeline = events.map((event, index) => timelineMessage(event, records[index]!, cardsOf.get(event.tenant)!.get(event.stream)));
    const outbound = events.flatMap((event, index) => (event.type === MESSAGE_REQUESTED ? [outboundMessage(event, records[index]!)] : []));
    return { timeline, outbound };
  }

  private async context(tenant: string, events: readonly StoredEvent[]): Promise<Context> {
    const { vault, database } = this.parts;
    const segments = [...new Set(events.map((event) => event.stream))];
    const segmentKeys = await database.reader(tenant, (tx) => vault.existingSegmentKeys(tx, tenant, segments));
    return { keys: await vault.forTenant(tenant), segmentKeys };
  }

  /** The event as it travels: its body under the epoch's key, or none where the segment's key is gone. */
  private async record(event: StoredEvent, { keys, segmentKeys }: Context, cards: RecentCards): Promise<RecordParts> {
    const open = await this.open(event, segmentKeys.get(event.stream));
    cards.see(event.tenant, this.changeOf(event, open?.body));
    const body = open && (await sealBody(keys, this.parts.blobs, event.id, open.plain));
    return { envelope: event.envelope, digest: event.digest, ...(body && { body }) };
  }

  /** From memory where it was appended here just now. */
  private async open(event: StoredEvent, key: SegmentKey | undefined): Promise<OpenBody | undefined> {
    const { recent, bodies, traits } = this.parts;
    const remembered = key && event.box.length > 0 ? recent.find(event) : undefined;
    if (remembered) return remembered;
    const open = await bodies.open(event, key);
    traits.remember({ segment: event.stream, envelope: readEnvelope(event.envelope), body: open?.body });
    return open;
  }

  private changeOf({ tenant, id, type, stream: segment }: StoredEvent, body: Body | undefined): CardChange {
    if (type === IDENTITY_LINKED) return { linked: body && [segment, linkDataOf(body).peer] };
    return { segment, language: this.parts.traits.remembered(tenant, id)?.language?.value };
  }

  /** By segment. */
  private async cardsOf(tenant: string, events: readonly StoredEvent[], cards: RecentCards): Promise<ReadonlyMap<string, CardOf>> {
    const { known, unknown } = cards.find(tenant, new Set(events.map((event) => event.stream)));
    if (unknown.length === 0) return known;
    const read = await this.parts.database.reader(tenant, (tx) => readCards(tx, this.parts, tenant, unknown));
    cards.keep(tenant, read);
    return new Map([...known, ...read]);
  }
}

function timelineMessage({ key, position, stream, recordedAt }: StoredEvent, record: RecordParts, card: CardOf | undefined): OutgoingMessage {
  return { key, value: writeTimelineRecord({ record, position: formatPosition(position), segment: stream, recordedAt, ...(card && { card }) }) };
}

const outboundMessage = ({ key }: StoredEvent, record: RecordParts): OutgoingMessage => ({ key, value: writeRecord(record) });
