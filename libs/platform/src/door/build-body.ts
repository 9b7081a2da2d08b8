import { create } from '@bufbuild/protobuf';
import canonicalize from 'canonicalize';
import { BodySchema, type Body, type Content, type Interaction } from '@throughline/contracts';
import type { Admitted } from './admission';

/** The sealed part of an interaction. Pure. @param salt 16 random bytes */
export function buildBody(interaction: Interaction, admitted: Admitted, salt: Uint8Array): Body {
  const { conversation, content, data, agent, rawBlob, providerIds } = interaction;
  return create(BodySchema, {
    salt,
    identities: admitted.identities,
    parties: admitted.parties,
    providerIds: providerIds ?? {},
    conversation: conversation ?? '',
    ...(content && { content: bodyContent(content) }),
    ...(data && { data: new TextEncoder().encode(canonicalize(data)) }),
    agent: agent ?? '',
    rawBlob: rawBlob ?? '',
  });
}

const bodyContent = (content: Content) => ({
  ...content,
  attachments: (content.attachments ?? []).map(({ size, ...rest }) => ({ ...rest, ...(size !== undefined && { size: BigInt(size) }) })),
});
