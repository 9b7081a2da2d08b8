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
    identities: identities.map(({ namespace, value, verified }) => (verified ? { namespace, value, verified } : { namespace, value })),
    channel,
    conversation: conversation ?? undefined,
    relatesTo: inReplyTo ? { kind: 'interaction', tuple: [inReplyTo] } : undefined,
    content: content ? toContent(content) : undefined,
    data: data ?? undefined,
    agent: agent ?? undefined,
    providerIds: { id },
  };
}

function toContent({ attachments, ...texts }: PostedContent): Content {
  const content: Content = told(texts);
  if (attachments) content.attachments = attachments.map(toAttachment);
  return content;
}

const toAttachment = ({ sha256, ...rest }: PostedAttachment): Attachment => ({ ...told(rest), ...(sha256 && { sha256: sha256.toLowerCase() }) });

type Told<T> = { [K in keyof T]: Exclude<T[K], null> };

/** Without what is null: a gateway that writes null says nothing. Names are known ones, the form was checked. */
function told<T extends object>(fields: T): Told<T> {
  const said: Partial<T> = {};
  for (const name of Object.keys(fields) as (keyof T)[]) if (fields[name] !== null && fields[name] !== undefined) said[name] = fields[name];
  return said as Told<T>;
}
