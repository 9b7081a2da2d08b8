import canonicalize from 'canonicalize';
import type { Interaction } from '@throughline/contracts';
import type { TenantKeys } from '@throughline/vault';
import type { Admitted } from './admission';

/** 16 bytes that answer "same id, same content?": everything a gateway says of an interaction, but for times. */
export function contentDigest(keys: Pick<TenantKeys, 'hash'>, interaction: Interaction, admitted: Admitted): Buffer {
  const { type, direction, conversation, content, data, agent, providerIds, relatesTo, relatesToId } = interaction;
  const told = { type, direction, ...pick(admitted), conversation, content, data, agent, providerIds, relatesTo, relatesToId };
  return keys.hash('digest', canonicalize(told) ?? '');
}

const pick = ({ identities, parties }: Admitted) => ({ identities, parties });
