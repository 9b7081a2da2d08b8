/** Who an identity names, as an adapter or a gateway gives it: `namespace` and `value` not yet normalised. */
export interface IdentityClaim {
  namespace: string;
  value: string;
  /** The credential vouches for it. The door drops it where the credential may not vouch for this namespace. */
  verified?: boolean;
}

/** A file that came with an interaction: by address, or in a blob of ours. */
export interface Attachment {
  name?: string;
  mediaType?: string;
  /** Bytes. */
  size?: number;
  url?: string;
  /** Hex, lower case. */
  sha256?: string;
  /** Blob that holds it, where we hold it. */
  blob?: string;
}

/** What people read of an interaction. */
export interface Content {
  text?: string;
  html?: string;
  subject?: string;
  /** BCP 47. */
  language?: string;
  attachments?: Attachment[];
}

/** Seen from the business; `internal`: the customer took no part. */
export type DirectionName = 'inbound' | 'outbound' | 'internal';

/** Somebody else who took part (an addressee in copy, a member of a group). */
export interface PartyClaim {
  role: string;
  identity: IdentityClaim;
  name?: string;
}

/**
 * One thing that happened between a customer and the business: what every adapter makes of its provider's raw input,
 * before identities are normalised, ids derived and the body sealed.
 */
export interface Interaction {
  /** The adapter's word for what `tuple` identifies; the generic door's is `interaction`. */
  kind: string;
  /** What identifies the interaction within (account, kind); its id is UUIDv5 over it. */
  tuple: readonly (string | number)[];
  type: string;
  /** Only on an account open to several channels. */
  channel?: string;
  direction: DirectionName;
  /** RFC 3339 UTC as the provider claims it. */
  occurredAt: string;
  /** The provider's own order within one instant. */
  providerSequence?: number;
  /** The customer's; the first is her own on this channel. Empty where she withheld it: then `conversation` is there. */
  identities: IdentityClaim[];
  parties?: PartyClaim[];
  conversation?: string;
  /** (kind, tuple) of the interaction on the same account this one refers to. */
  relatesTo?: { kind: string; tuple: readonly (string | number)[] };
  /** Id of the interaction this one refers to, where no tuple names it (a `message.requested` of ours). Goes before `relatesTo`. */
  relatesToId?: string;
  content?: Content;
  data?: Record<string, unknown>;
  agent?: string;
  /** The provider's ids by name, as `source` shows them; `id` is the gateway's own. */
  providerIds?: Record<string, string>;
  /** Blob of the raw input, where parsing left something out (Door.keepRaw). */
  rawBlob?: string;
  /** Another content under the same id is a revision, not a conflict. */
  revisable?: boolean;
}

/** The types with a schema. Types are an open set: an unknown one is kept and shown as it is. */
export const KNOWN_TYPES = [
  'message.received', 'message.sent', 'message.edited', 'message.deleted', 'message.delivered', 'message.read', 'message.failed',
  'reaction.added', 'reaction.removed', 'call.started', 'call.answered', 'call.ended', 'call.missed',
  'recording.available', 'transcript.available', 'voicemail.received', 'page.viewed', 'selfservice.started',
  'selfservice.step-completed', 'selfservice.failed', 'selfservice.abandoned', 'selfservice.help-requested',
  'selfservice.completed', 'purchase.made', 'visit.made', 'feedback.given', 'complaint.made', 'identity.changed',
] as const;
/** A type with a schema. */
export type KnownType = (typeof KNOWN_TYPES)[number];

/** The type that links two identities. */
export const IDENTITY_LINKED = 'identity.linked';
/** The type that asks a channel to send. */
export const MESSAGE_REQUESTED = 'message.requested';

/** The types of what the profile itself decides: they link customers and send messages, so no door takes them. */
export const OWN_TYPES: readonly string[] = [IDENTITY_LINKED, MESSAGE_REQUESTED];

/** `<thing>.<past participle>`: lower case words joined by hyphens, one dot or more between them; at most 100 characters. */
export const TYPE_PATTERN = /^(?=.{3,100}$)[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/;
