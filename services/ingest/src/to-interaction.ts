import type { Attachment, Content, Interaction } from '@throughline/contracts';
import type { PostedAttachment, PostedContent, PostedInteraction } from './posted-interaction';

/** On an account open to several channels what names none is self-service. */
const OPEN_CHANNEL = 'self-service';

/** The interaction a gateway's post stands for. Pure. @param accountChannel empty on an account open to several */
export function toInteraction(posted: PostedInteraction, accountChannel: string): Interaction {
  const { id, type, direction, occurredAt, identities, conversation, inReplyTo, content, data, agent } = posted;
  const channel = posted.channel ?? (accountChannel ? undefined : OPEN_CHANNEL);
  return {
    kind: 'interaction',
    tuple: [id],
    type,
    direction,
    occurredAt: occurredAt.toUpperCase(),
    identities: identities.map(({ namespace, value, verified }) => ({ namespace, value, ...(verified && { verified }) })),
    ...(channel && { channel }),
    ...(conversation && { conversation }),
    ...(inReplyTo && { relatesTo: { kind: 'interaction', tuple: [inReplyTo] } }),
    ...(content && { content: toContent(content) }),
    ...(data && { data }),
    ...(agent && { agent }),
    providerIds: { id },
  };
}

const toContent = ({ attachments, ...texts }: PostedContent): Content => ({
  ...told(texts),
  ...(attachments && { attachments: attachments.map(toAttachment) }),
});

const toAttachment = ({ sha256, ...rest }: PostedAttachment): Attachment => ({ ...told(rest), ...(sha256 && { sha256: sha256.toLowerCase() }) });

type Told<T> = { [K in keyof T]: Exclude<T[K], null> };

/** Without what is null: a gateway that writes null says nothing. */
const told = <T extends object>(fields: T): Told<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined)) as Told<T>;
