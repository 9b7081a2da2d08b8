import { BodySchema, DataClass, Direction, EnvelopeSchema, formatIdentity, NORMALISER_VERSION, writeBody, writeEnvelope, type Body, type Envelope, type NormalIdentity } from '@throughline/contracts';
import { commitment, randomSalt, type SegmentKey, type TenantKeys } from '@throughline/vault';
import { typeVersion, type NewEvent } from '@throughline/event-store';
import { create, fromBinary, type MessageInitShape } from '@bufbuild/protobuf';
import canonicalize from 'canonicalize';

/** An event with its body in the open, on its way into a segment's stream or out of it. */
export interface OpenEvent {
  segment: string;
  envelope: Envelope;
  /** Undefined where its key is gone for good. */
  body: Body | undefined;
}

/** An open event about to be appended. */
export interface PlannedEvent extends OpenEvent {
  body: Body;
  /** The body's bytes, as the commitment covers them. */
  plain: Uint8Array;
  digest: Uint8Array;
}

/** What an event made here says; the rest follows from it. */
export interface EventDraft {
  segment: string;
  envelope: Omit<MessageInitShape<typeof EnvelopeSchema>, '$typeName' | 'commitment' | 'producer' | 'dataClass' | 'normaliserVersion' | 'bodyTells' | 'bodyRulesVersion'>;
  body: Omit<MessageInitShape<typeof BodySchema>, '$typeName' | 'salt'>;
}

/** Completes an event of this service: salt, commitment, digest. */
export function planEvent(keys: TenantKeys, draft: EventDraft): PlannedEvent {
  const body = create(BodySchema, { ...draft.body, salt: randomSalt(16) });
  const plain = writeBody(body);
  const envelope = create(EnvelopeSchema, {
    ...draft.envelope,
    typeVersion: typeVersion(draft.envelope.type!),
    producer: 'profile',
    dataClass: DataClass.PERSONAL,
    normaliserVersion: NORMALISER_VERSION,
    commitment: commitment(draft.envelope.id!, plain),
  });
  return { segment: draft.segment, envelope, body, plain, digest: keys.hash('digest', contentOf(body)) };
}

/** The same content as a revision under this id: its commitment is made anew, since it covers the id. */
export function asRevision<T extends Pick<PlannedEvent, 'envelope' | 'plain'>>(event: T, id: string): T {
  const envelope = create(EnvelopeSchema, { ...event.envelope, id, revises: event.envelope.id, commitment: commitment(id, event.plain) });
  return { ...event, envelope };
}

/** What "same content" compares: the body without its salt, canonical (RFC 8785). */
const contentOf = (body: Body) =>
  canonicalize({ identities: body.identities.map(formatIdentity), conversation: body.conversation, text: body.content?.text ?? '', data: Buffer.from(body.data).toString('utf8'), agent: body.agent })!;

/** The event as the log takes it. @param stored the body's bytes, or those of the small body that names its blob */
export function sealEvent(event: PlannedEvent, stored: Uint8Array, key: SegmentKey): NewEvent {
  const { envelope } = event;
  const sealed = key.seal(envelope.id, stored);
  return {
    tenant: envelope.tenant,
    stream: event.segment,
    id: envelope.id,
    type: envelope.type,
    occurredAt: Number(envelope.occurredAt),
    key: envelope.key,
    envelope: writeEnvelope(envelope),
    digest: event.digest,
    keyId: sealed.keyId,
    box: sealed.box,
  };
}

export const readBody = (bytes: Uint8Array) => fromBinary(BodySchema, bytes);

/** Namespace of what stands in for an identity that was withheld. No claim can name it: a namespace starts with a letter. */
export const WITHHELD = '~conversation';

/**
 * Whom a segment is about: every event of its stream names the same first identity. Where there is none, the
 * conversation stands in for it.
 */
export function ownIdentity(envelope: Envelope, body: Body): NormalIdentity {
  return body.identities[0] ?? { namespace: WITHHELD, value: `${envelope.account}|${body.conversation}` };
}

export const DIRECTION_NAMES = { [Direction.UNSPECIFIED]: 'inbound', [Direction.INBOUND]: 'inbound', [Direction.OUTBOUND]: 'outbound', [Direction.INTERNAL]: 'internal' } as const;
