import type { Content, DirectionName } from './interaction';
import type { NormalIdentity } from './identity';

/** An identity a door admitted: in its one written form, `verified` only where the credential may vouch for it. */
export interface AdmittedIdentity extends NormalIdentity {
  verified: boolean;
}

/** Somebody else who took part, her identity in its one written form where it has one. */
export interface AdmittedParty {
  role: string;
  identity?: NormalIdentity;
  name?: string;
}

/**
 * An interaction as a door accepted it: what travels on `interactions`, as JSON, sealed in a frame. Whoever owns the log makes
 * the event of it (envelope, body, commitment, digest); the door only decides what it answers for. Fields are added, never changed.
 */
export interface AcceptedInteraction {
  /** Interaction id (`interactionId`). */
  id: string;
  type: string;
  account: string;
  channel: string;
  direction: DirectionName;
  /** Provider slug (`generic` at the generic door). */
  provider: string;
  /** Service at whose door it came in, and its version. */
  producer: string;
  producerVersion: string;
  /** Unix ms: as the gateway claims it, and of the acceptance. */
  claimedAt: number;
  acceptedAt: number;
  identities: AdmittedIdentity[];
  parties?: AdmittedParty[];
  /** The conversation's own name at the provider. */
  conversation?: string;
  /** Interaction id this one refers to. */
  relatesTo?: string;
  providerSequence?: number;
  content?: Content;
  data?: Record<string, unknown>;
  agent?: string;
  providerIds?: Record<string, string>;
  rawBlob?: string;
  /** Another content under the same id is a revision, not a conflict. */
  revisable?: boolean;
  /** W3C traceparent. */
  trace?: string;
}

/** Where the interaction itself is over 256 KiB: the blob that holds its JSON, sealed under the epoch key for the interaction's id. */
export type AcceptedMessage = AcceptedInteraction | (Pick<AcceptedInteraction, 'id' | 'account'> & { blob: string });

/** The JSON of a message on `interactions`. */
export const formatAccepted = (message: AcceptedMessage): string => JSON.stringify(message);

/** What `formatAccepted` wrote, or undefined where the bytes are something else. */
export function parseAccepted(bytes: Uint8Array): AcceptedMessage | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
    return isAccepted(value) ? value : undefined;
  } catch {
    // No JSON: a value, since only the reader knows what to do with it.
    return undefined;
  }
}

const isAccepted = (value: unknown): value is AcceptedMessage =>
  typeof value === 'object' && value !== null && typeof (value as { id?: unknown }).id === 'string' && typeof (value as { account?: unknown }).account === 'string';
