import { create } from '@bufbuild/protobuf';
import {
  DataClass, Direction, EnvelopeSchema, formatIdentity, interactionId, NORMALISER_VERSION,
  type DirectionName, type Envelope, type Interaction,
} from '@throughline/contracts';
import { typeVersion } from '@throughline/event-store';
import type { TenantKeys } from '@throughline/vault';
import type { Account, DoorRequest } from '../runtime.contract';
import type { Admitted } from './admission';

const DIRECTIONS: Record<DirectionName, Direction> = {
  inbound: Direction.INBOUND,
  outbound: Direction.OUTBOUND,
  internal: Direction.INTERNAL,
};

export interface Acceptance {
  request: Pick<DoorRequest, 'account' | 'provider' | 'service' | 'trace'>;
  keys: Pick<TenantKeys, 'hash'>;
  /** Unix ms of the acceptance. */
  now: number;
  producerVersion: string;
}

/** What an interaction says in the clear. Pure. A time in the future counts as now; the claim is kept. */
export function buildEnvelope(interaction: Interaction, admitted: Admitted, commitment: Uint8Array, acceptance: Acceptance): Envelope {
  const { request, keys, now } = acceptance;
  const { account } = request;
  return create(EnvelopeSchema, {
    id: idOf(account, interaction),
    type: interaction.type,
    typeVersion: typeVersion(interaction.type),
    tenant: account.tenant,
    account: account.id,
    channel: account.channel || interaction.channel || '',
    direction: DIRECTIONS[interaction.direction],
    key: partitionKey(keys, account, interaction, admitted),
    conversation: conversationHash(keys, account, interaction),
    relatesTo: relatedId(account, interaction),
    claimedAt: BigInt(admitted.claimedAt),
    occurredAt: BigInt(Math.min(admitted.claimedAt, now)),
    acceptedAt: BigInt(now),
    dataClass: DataClass.PERSONAL,
    commitment,
    normaliserVersion: NORMALISER_VERSION,
    producer: request.service,
    producerVersion: acceptance.producerVersion,
    trace: request.trace ?? '',
    providerSequence: BigInt(interaction.providerSequence ?? 0),
    provider: request.provider,
  });
}

/** The id an interaction has for ever. */
export const idOf = (account: Pick<Account, 'id' | 'tenant'>, { kind, tuple }: Pick<Interaction, 'kind' | 'tuple'>) =>
  interactionId(account.tenant, account.id, kind, tuple);

/** Id of the interaction this one refers to; '' where it refers to none. */
export const relatedId = (account: Pick<Account, 'id' | 'tenant'>, { relatesTo, relatesToId }: Interaction) =>
  relatesToId ?? (relatesTo ? idOf(account, relatesTo) : '');

/** Order is kept per customer-side identity, whichever direction; without one per conversation. */
function partitionKey(keys: Acceptance['keys'], account: Account, { conversation }: Interaction, { identities }: Admitted): Buffer {
  const first = identities[0];
  return keys.hash('key', first ? formatIdentity(first) : `${account.id}|${conversation}`);
}

function conversationHash(keys: Acceptance['keys'], account: Account, { conversation }: Interaction): Buffer {
  return conversation ? keys.hash('conversation', `${account.id}|${conversation}`) : Buffer.alloc(0);
}
