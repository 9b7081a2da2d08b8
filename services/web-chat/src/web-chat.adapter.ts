import { claimedTime } from '@throughline/channel-kit';
import { malformed, rejected, type IdentityClaim, type Interaction } from '@throughline/contracts';

/** Bytes of UTF-8 in one message. */
export const MAX_TEXT = 16 * 1024;
const MAX_ID = 128;
const MAX_URL = 2048;

/** Who chats, and in which thread. */
export interface Visit {
  account: string;
  visitor: string;
  conversation: string;
  at: Date;
}

type Fields = Record<string, unknown>;

/** The visitor's identity: the door issued the id, so it vouches for it. */
export const visitorIdentity = ({ account, visitor }: Pick<Visit, 'account' | 'visitor'>): IdentityClaim => ({
  namespace: 'web-visitor',
  value: `${account}:${visitor}`,
  verified: true,
});

/**
 * A visitor's message. The browser's own id makes sending it again harmless; whom she says she is stands in
 * interactions of its own (`identified`), so that the same message is always equal.
 * @throws `malformed`, or `rejected` (`too-large`, 413)
 */
export function messageReceived(payload: unknown, visit: Visit): Interaction {
  const { id, text, at } = fields(payload);
  if (typeof id !== 'string' || id === '' || id.length > MAX_ID) throw malformed(`A message has an id of 1 to ${MAX_ID} characters.`);
  if (typeof text !== 'string' || text.trim() === '') throw malformed('A message has a text.');
  if (Buffer.byteLength(text) > MAX_TEXT) throw rejected('too-large', `A message has at most ${MAX_TEXT} bytes of text.`, { status: 413 });
  return {
    ...inbound(visit, 'message', [visit.visitor, id]),
    type: 'message.received',
    occurredAt: timeOf(at, visit.at),
    content: { text },
    providerIds: { id },
  };
}

/** A page the visitor looked at. @throws `malformed` */
export function pageViewed(payload: unknown, visit: Visit): Interaction {
  const { id, url, title, at } = fields(payload);
  if (typeof id !== 'string' || id === '' || id.length > MAX_ID) throw malformed(`A page view has an id of 1 to ${MAX_ID} characters.`);
  if (typeof url !== 'string' || url.length > MAX_URL || !URL.canParse(url)) throw malformed('A page view has a URL.');
  return {
    ...inbound(visit, 'page', [visit.visitor, id]),
    type: 'page.viewed',
    occurredAt: timeOf(at, visit.at),
    data: { url, ...(typeof title === 'string' && title !== '' ? { title: title.slice(0, 500) } : {}) },
  };
}

/** Who the visitor is besides: a hint, or vouched for by the site. It is said of her, in whichever of her sessions, and stands in her own thread. */
export function identified(claim: IdentityClaim, visit: Visit): Interaction {
  const own = inbound({ ...visit, conversation: visit.visitor }, 'identity', [visit.visitor, claim.namespace, claim.value, claim.verified ? 'verified' : 'hint']);
  return { ...own, type: 'visitor.identified', occurredAt: visit.at.toISOString(), identities: [...own.identities, claim] };
}

/** The visitor's browser has our message. @param message event id of its `message.requested` */
export function messageDelivered(message: string, visit: Visit): Interaction {
  return {
    ...inbound(visit, 'delivered', [message]),
    type: 'message.delivered',
    direction: 'outbound',
    occurredAt: visit.at.toISOString(),
    relatesToId: message,
  };
}

const inbound = (visit: Visit, kind: string, tuple: string[]) => ({
  kind,
  tuple,
  direction: 'inbound' as const,
  identities: [visitorIdentity(visit)],
  conversation: visit.conversation,
});

const fields = (payload: unknown): Fields => (typeof payload === 'object' && payload !== null ? (payload as Fields) : {});

/** The browser's clock where it says a time at all; the door clamps one that runs ahead. */
function timeOf(at: unknown, now: Date): string {
  return claimedTime(typeof at === 'string' || typeof at === 'number' ? new Date(at).getTime() : Number.NaN, now);
}
