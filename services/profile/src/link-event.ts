import { derivedId, Direction, formatIdentity, IDENTITY_LINKED, type Body, type NormalIdentity } from '@throughline/contracts';
import type { TenantKeys } from '@throughline/vault';
import canonicalize from 'canonicalize';
import { IDENTITY_RULES_VERSION } from './identity.decider';
import { planEvent, type PlannedEvent } from './ledger-event';
import { readData } from './traits';

/** One side of a link: an identity and the segment that holds it. */
export interface LinkSide extends NormalIdentity {
  segment: string;
  verified: boolean;
}

/**
 * A link as events: one in the stream of each side, each saying first whom its stream is about, so that either alone tells
 * the link. Each goes out on its own side's key.
 * @param ordinal counts the links of one interaction from 0
 */
export function linkEvents(keys: TenantKeys, cause: PlannedEvent, sides: readonly [LinkSide, LinkSide], ordinal: number): PlannedEvent[] {
  const [own, peer] = sides;
  return [linkEvent(keys, cause, [own, peer], true, 2 * ordinal), linkEvent(keys, cause, [peer, own], false, 2 * ordinal + 1)];
}

function linkEvent(keys: TenantKeys, { envelope }: PlannedEvent, [own, peer]: [LinkSide, LinkSide], vouches: boolean, ordinal: number): PlannedEvent {
  const data = { peer: peer.segment, vouches, rule: 'vouched-claim', ruleVersion: IDENTITY_RULES_VERSION };
  return planEvent(keys, {
    segment: own.segment,
    envelope: {
      id: derivedId(envelope.id, 'link', ordinal),
      type: IDENTITY_LINKED,
      tenant: envelope.tenant,
      account: envelope.account,
      channel: envelope.channel,
      direction: Direction.INTERNAL,
      key: keys.hash('key', formatIdentity(own)),
      claimedAt: envelope.claimedAt,
      occurredAt: envelope.occurredAt,
      acceptedAt: envelope.acceptedAt,
      causation: envelope.id,
      causationDepth: envelope.causationDepth + 1,
      trace: envelope.trace,
    },
    body: { identities: [own, peer].map(({ namespace, value, verified }) => ({ namespace, value, verified })), data: Buffer.from(canonicalize(data)!) },
  });
}

/** The segment a link's event names beside its own, and whether the peer was vouched for on its own channel. */
export function linkDataOf(body: Body): { peer: string; vouches: boolean } {
  const { peer, vouches } = readData(body.data);
  if (typeof peer !== 'string') throw new Error('an identity.linked event names no peer');
  return { peer, vouches: vouches === true };
}
