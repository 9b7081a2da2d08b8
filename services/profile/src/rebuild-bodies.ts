import { IDENTITY_LINKED, type Body, type Envelope } from '@throughline/contracts';
import type { EventHead, EventStore } from '@throughline/event-store';
import type { Tx } from '@throughline/postgres';
import type { SegmentKey } from '@throughline/vault';
import type { BodyStore } from './body-store';
import { tellsOf } from './body-tells';

export interface OpeningParts {
  store: Pick<EventStore, 'readBoxes'>;
  bodies: Pick<BodyStore, 'open'>;
}

interface ReadHead {
  head: EventHead;
  envelope: Envelope;
}

type Keys = ReadonlyMap<string, SegmentKey>;

/**
 * By event id the bodies that a fold looks into: of links, of events whose envelope does not say what theirs tells, and of one event a
 * segment, which says whom it is about. The others stay sealed and are not even fetched (decision 29).
 */
export async function openNeeded(parts: OpeningParts, tx: Tx, tenant: string, events: readonly ReadHead[], keys: Keys): Promise<Map<string, Body>> {
  const firsts = new Map(events.toReversed().map((event) => [event.head.stream, event]));
  const needed = new Set(events.filter((event) => firsts.get(event.head.stream) === event || event.envelope.type === IDENTITY_LINKED || !tellsOf(event.envelope)));
  const opened = await open(parts, tx, tenant, [...needed], keys);
  // Where the first body of a segment is gone by itself, the next that is left says whom it is about.
  const isLost = (stream: string) => keys.has(stream) && !opened.has(firsts.get(stream)!.envelope.id);
  const others = events.filter((event) => !needed.has(event) && isLost(event.head.stream));
  return others.length === 0 ? opened : new Map([...opened, ...(await open(parts, tx, tenant, others, keys))]);
}

async function open({ store, bodies }: OpeningParts, tx: Tx, tenant: string, events: readonly ReadHead[], keys: Keys): Promise<Map<string, Body>> {
  const opened = new Map<string, Body>();
  const boxes = await store.readBoxes(tx, tenant, events.map(({ head }) => head.position));
  for (const { head, envelope } of events) {
    const box = boxes.get(head.position.n);
    const sealed = box && { tenant, id: envelope.id, type: envelope.type, envelope: head.envelope, box };
    const body = sealed && (await bodies.open(sealed, keys.get(head.stream)));
    if (body) opened.set(envelope.id, body.body);
  }
  return opened;
}
