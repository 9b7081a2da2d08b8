import { DataClass, Direction, NORMALISER_VERSION, writeBody, type AcceptedInteraction, type Body, type DirectionName, type Envelope } from '@throughline/contracts';
import { typeVersion } from '@throughline/event-store';
import { commitment, type TenantKeys } from '@throughline/vault';
import { bodyOf } from './accepted-body';

/** An accepted interaction as an event, its body in the open. */
export interface AcceptedEvent {
  envelope: Envelope;
  body: Body;
  /** The body's bytes, as the commitment covers them. */
  plain: Uint8Array;
  /** "Same id, same content?" */
  digest: Uint8Array;
}

export interface EventMaking {
  keys: Pick<TenantKeys, 'tenant' | 'hash'>;
  /** Partition key it came with. */
  key: Uint8Array;
  /** 16 random bytes. */
  salt: Uint8Array;
}

/** The event of an accepted interaction. Pure. A time in the future counts as that of the acceptance; the claim is kept. */
export function eventOf(accepted: AcceptedInteraction, { keys, key, salt }: EventMaking): AcceptedEvent {
  const body = bodyOf(accepted, salt);
  const plain = writeBody(body);
  return { envelope: envelopeOf(accepted, keys, key, commitment(accepted.id, plain)), body, plain, digest: digestOf(accepted, body, plain, keys) };
}

function envelopeOf(accepted: AcceptedInteraction, keys: EventMaking['keys'], key: Uint8Array, committed: Uint8Array): Envelope {
  const { id, type, account, channel, direction, claimedAt, acceptedAt, conversation } = accepted;
  return {
    $typeName: 'throughline.v1.Envelope',
    ...{ id, type, typeVersion: typeVersion(type), tenant: keys.tenant, account, channel, direction: DIRECTIONS[direction], key },
    conversation: conversation ? keys.hash('conversation', `${account}|${conversation}`) : NONE,
    relatesTo: accepted.relatesTo ?? '',
    claimedAt: BigInt(claimedAt),
    occurredAt: BigInt(Math.min(claimedAt, acceptedAt)),
    acceptedAt: BigInt(acceptedAt),
    dataClass: DataClass.PERSONAL,
    commitment: committed,
    revises: '',
    normaliserVersion: NORMALISER_VERSION,
    producer: accepted.producer,
    producerVersion: accepted.producerVersion,
    causation: '',
    causationDepth: 0,
    trace: accepted.trace ?? '',
    providerSequence: BigInt(accepted.providerSequence ?? 0),
    provider: accepted.provider,
    // Whoever keeps the event says what it reads from the body.
    bodyTells: 0,
    bodyRulesVersion: 0,
  };
}

const NONE = new Uint8Array();

const DIRECTIONS: Record<DirectionName, Direction> = {
  inbound: Direction.INBOUND,
  outbound: Direction.OUTBOUND,
  internal: Direction.INTERNAL,
};

/** The salt is a Body's first field (tag, length, 16 bytes), the raw input's blob its last: both are other ones each time the same content comes. */
const SALT_BYTES = 18;
const rawBlobBytes = ({ rawBlob }: Body) => (rawBlob === '' ? 0 : 2 + rawBlob.length);

/** 16 bytes over everything a gateway says of an interaction, but for times: the body is written in one fixed order, its `data` canonical (RFC 8785). */
function digestOf({ type, direction, relatesTo = '' }: AcceptedInteraction, body: Body, plain: Uint8Array, keys: EventMaking['keys']): Buffer {
  const content = plain.subarray(SALT_BYTES, plain.length - rawBlobBytes(body));
  return keys.hash('digest', Buffer.concat([Buffer.from(`${type}|${direction}|${relatesTo}|`), content]));
}
