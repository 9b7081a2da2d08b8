import type { BlobStore } from '@throughline/blob';
import type { Bus, OutgoingMessage } from '@throughline/bus';
import { formatPosition, MESSAGE_REQUESTED, readEnvelope, writeRecord, writeTimelineRecord, type RecordParts } from '@throughline/contracts';
import type { StoredEvent } from '@throughline/event-store';
import { bodyToSend } from '@throughline/platform';
import type { SegmentKey, TenantKeys, Vault } from '@throughline/vault';
import type { BodyStore } from './body-store';
import type { CardOf } from './cards';
import { cardWords, EventCards, type CardWords, type EventCardsParts } from './event-cards';
import type { RecentEvent, RecentEvents } from './recent-events';
import type { TraitValues } from './trait-values';
import { traitsOf } from './traits';

const NONE = new Uint8Array();

export interface RelayParts extends EventCardsParts {
  vault: Pick<Vault, 'forTenant' | 'existingSegmentKeys'>;
  bus: Pick<Bus, 'publish'>;
  traits: TraitValues;
  bodies: Pick<BodyStore, 'open'>;
  recent: Pick<RecentEvents, 'find' | 'drop'>;
  blobs: BlobStore;
}

interface Context {
  keys: TenantKeys;
  segmentKeys: Map<string, SegmentKey>;
}

/** An event on its way out. */
interface Sending {
  event: StoredEvent;
  keys: TenantKeys;
  /** As it travels, in the open; none where the segment's key is gone. */
  body: Uint8Array | undefined;
  /** What its card hangs on. */
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
    const sending = await this.sending(events);
    const cardOf = await this.cards.of(sending.map(cardRequest));
    await this.parts.bus.publish('timeline', sending.map((one) => timelineMessage(one, inFrame(one), cardOf)));
    const outbound = sending.filter(({ event }) => event.type === MESSAGE_REQUESTED);
    if (outbound.length > 0) await this.parts.bus.publish('outbound', outbound.map((one) => ({ key: one.event.key, value: writeRecord(alone(one)) })));
    this.parts.recent.drop(events);
  }

  /** The events as they go out on `timeline`, each sealed by itself under the current epoch's key; nothing is published. */
  async timeline(events: readonly StoredEvent[]): Promise<OutgoingMessage[]> {
    const sending = await this.sending(events);
    const cardOf = await new EventCards(this.parts).of(sending.map(cardRequest));
    return sending.map((one) => timelineMessage(one, alone(one), cardOf));
  }

  private async sending(events: readonly StoredEvent[]): Promise<Sending[]> {
    const contexts = new Map<string, Context>();
    for (const [tenant, own] of Map.groupBy(events, (event) => event.tenant)) contexts.set(tenant, await this.context(tenant, own));
    // One after the other: of a large body only its name is left once it is in the blob store, and all at once do not fit into memory.
    const sending: Sending[] = [];
    for (const event of events) sending.push(await this.prepared(event, contexts.get(event.tenant)!));
    return sending;
  }

  private async context(tenant: string, events: readonly StoredEvent[]): Promise<Context> {
    const { vault, database } = this.parts;
    const segments = [...new Set(events.map((event) => event.stream))];
    const segmentKeys = await database.reader(tenant, (tx) => vault.existingSegmentKeys(tx, tenant, segments));
    return { keys: await vault.forTenant(tenant), segmentKeys };
  }

  private async prepared(event: StoredEvent, { keys, segmentKeys }: Context): Promise<Sending> {
    const open = await this.open(event, segmentKeys.get(event.stream));
    const body = open && (await bodyToSend(keys, this.parts.blobs, event.id, open.plain));
    return { event, keys, body, words: open?.words };
  }

  /** From memory where it was appended here just now. */
  private async open(event: StoredEvent, key: SegmentKey | undefined): Promise<RecentEvent | undefined> {
    const { recent, bodies, traits } = this.parts;
    const remembered = key && event.box.length > 0 ? recent.find(event) : undefined;
    if (remembered) return remembered;
    const open = await bodies.open(event, key);
    if (!open) return undefined;
    const told = traitsOf(readEnvelope(event.envelope), open.body);
    traits.remember(event.tenant, event.id, told);
    return { plain: open.plain, words: cardWords(event.type, open.body, told) };
  }
}

const cardRequest = ({ event: { tenant, stream: segment, type }, words }: Sending) => ({ tenant, segment, type, words });

/** What is left where the body is gone: the digest goes with it. */
const erased = ({ event: { envelope } }: Sending): RecordParts => ({ envelope, digest: NONE });

/** The record in a frame, whose box seals it. */
function inFrame(sending: Sending): RecordParts {
  const { event, body } = sending;
  return body ? { envelope: event.envelope, digest: event.digest, openBody: body } : erased(sending);
}

/** The record by itself, its body under the epoch's key. */
function alone(sending: Sending): RecordParts {
  const { event, keys, body } = sending;
  return body ? { envelope: event.envelope, digest: event.digest, body: keys.seal('epoch', event.id, body) } : erased(sending);
}

function timelineMessage({ event }: Sending, record: RecordParts, cardOf: ReadonlyMap<string, CardOf>): OutgoingMessage {
  const { tenant, key, position, stream, recordedAt } = event;
  const card = cardOf.get(stream);
  return { tenant, key, value: writeTimelineRecord({ record, position: formatPosition(position), segment: stream, recordedAt, ...(card && { card }) }) };
}
