import { create, toBinary } from '@bufbuild/protobuf';
import type { BlobStore } from '@throughline/blob';
import type { Bus, OutgoingMessage } from '@throughline/bus';
import { formatPosition, RecordSchema, TimelineRecordSchema, type Record } from '@throughline/contracts';
import type { StoredEvent } from '@throughline/event-store';
import { sealBody } from '@throughline/platform';
import type { Database } from '@throughline/postgres';
import type { SegmentKey, TenantKeys, Vault } from '@throughline/vault';
import { BodyStore } from './body-store';
import { readCards, type CardOf } from './cards';
import type { TraitValues } from './trait-values';
import { readEnvelope } from './ledger-event';

/** The type that asks a channel to send. */
export const MESSAGE_REQUESTED = 'message.requested';

export interface RelayParts {
  database: Pick<Database, 'reader'>;
  vault: Pick<Vault, 'forTenant' | 'existingSegmentKeys'>;
  bus: Pick<Bus, 'publish'>;
  traits: TraitValues;
  blobs: BlobStore;
}

interface Context {
  keys: TenantKeys;
  segmentKeys: Map<string, SegmentKey>;
}

/** Publishes the log, in its order: every event on `timeline`, and what a channel shall send on `outbound` too. */
export class Relay {
  private readonly bodies: BodyStore;

  constructor(private readonly parts: RelayParts) {
    this.bodies = new BodyStore(parts.blobs);
  }

  /** Resolves when all are durable on the bus. At least once: readers know an event by its position. */
  async publish(events: readonly StoredEvent[]): Promise<void> {
    const { timeline, outbound } = await this.messages(events);
    await this.parts.bus.publish('timeline', timeline);
    if (outbound.length > 0) await this.parts.bus.publish('outbound', outbound);
  }

  /** The events as they go out on `timeline`, under the current epoch's key; nothing is published. */
  async timeline(events: readonly StoredEvent[]): Promise<OutgoingMessage[]> {
    return (await this.messages(events)).timeline;
  }

  private async messages(events: readonly StoredEvent[]): Promise<{ timeline: OutgoingMessage[]; outbound: OutgoingMessage[] }> {
    const contexts = new Map<string, Context>();
    const tenants = Map.groupBy(events, (event) => event.tenant);
    for (const [tenant, own] of tenants) contexts.set(tenant, await this.context(tenant, own));
    // One after the other: of a large body only its name is left once it is sealed anew, and all at once do not fit into memory.
    const records: Record[] = [];
    for (const event of events) records.push(await this.record(event, contexts.get(event.tenant)!));
    const cards = await this.cards(tenants);
    const timeline = events.map((event, index) => timelineMessage(event, records[index]!, cards.get(event.tenant)!.get(event.stream)));
    const outbound = events.flatMap((event, index) => (event.type === MESSAGE_REQUESTED ? [outboundMessage(event, records[index]!)] : []));
    return { timeline, outbound };
  }

  private async context(tenant: string, events: readonly StoredEvent[]): Promise<Context> {
    const { vault, database } = this.parts;
    const segments = [...new Set(events.map((event) => event.stream))];
    const segmentKeys = await database.reader(tenant, (tx) => vault.existingSegmentKeys(tx, tenant, segments));
    return { keys: await vault.forTenant(tenant), segmentKeys };
  }

  /** Read last: what the events say of their customers is known by then. */
  private async cards(tenants: ReadonlyMap<string, readonly StoredEvent[]>): Promise<Map<string, Map<string, CardOf>>> {
    const cards = new Map<string, Map<string, CardOf>>();
    for (const [tenant, events] of tenants) {
      const segments = [...new Set(events.map((event) => event.stream))];
      cards.set(tenant, await this.parts.database.reader(tenant, (tx) => readCards(tx, this.parts, tenant, segments)));
    }
    return cards;
  }

  /** The event as it travels: its body under the epoch's key, or none where the segment's key is gone. */
  private async record(event: StoredEvent, { keys, segmentKeys }: Context): Promise<Record> {
    const envelope = readEnvelope(event.envelope);
    const open = await this.bodies.open(event, segmentKeys.get(event.stream));
    this.parts.traits.remember({ segment: event.stream, envelope, body: open?.body });
    const body = open && (await sealBody(keys, this.parts.blobs, event.id, open.plain));
    return create(RecordSchema, { envelope, digest: event.digest, ...(body && { body }) });
  }
}

function timelineMessage(event: StoredEvent, record: Record, card: CardOf | undefined): OutgoingMessage {
  const { key, position, stream, recordedAt } = event;
  const value = create(TimelineRecordSchema, { record, position: formatPosition(position), segment: stream, recordedAt: BigInt(recordedAt), ...(card && { card }) });
  return { key, value: toBinary(TimelineRecordSchema, value) };
}

const outboundMessage = (event: StoredEvent, record: Record): OutgoingMessage => ({ key: event.key, value: toBinary(RecordSchema, record) });
