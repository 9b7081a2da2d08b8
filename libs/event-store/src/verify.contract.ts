/**
 * What can be wrong.
 * - `envelope-changed`: another envelope stands here than the one that was appended
 * - `chain-changed`: the envelope is right, the chain's value beside it is not
 * - `group-changed`: what the row says of its group cannot be
 * - `column-changed`: a column beside the envelope says something else than the envelope
 * - `order-changed`: place in the log or time of append falls along the stream
 * - `missing`, `cut-at-end`: events are gone, in the middle or at the end
 * - `swapped`, `moved`: an event of another place stands here
 * - `after-head`: an event that the stream's head does not know
 * - `head-changed`, `head-missing`: the head that is kept beside the events
 * - `id-missing`, `id-elsewhere`: the table of ids does not lead to this event
 * - `event-missing`: an id was given to an event that is nowhere
 * - `body-missing`, `body-left`: a body is gone though nobody destroyed it, or there though it was destroyed
 * - `body-digest-changed`: its keyed digest, or the tenant beside it
 * - `body-unopenable`, `body-other`, `blob-missing`, `keys-missing`: seen with keys only; `other`: not the body that the envelope commits to
 * - `cut-since-digest`, `rewritten-since-digest`, `time-changed`: seen against a digest only
 */
export type Fault =
  | 'envelope-changed' | 'chain-changed' | 'group-changed' | 'column-changed' | 'order-changed'
  | 'missing' | 'cut-at-end' | 'swapped' | 'moved' | 'after-head' | 'head-changed' | 'head-missing'
  | 'id-missing' | 'id-elsewhere' | 'event-missing'
  | 'body-missing' | 'body-left' | 'body-digest-changed' | 'body-unopenable' | 'body-other' | 'blob-missing' | 'keys-missing'
  | 'cut-since-digest' | 'rewritten-since-digest' | 'time-changed';

/** One bad event, or the place where one is missing. */
export interface Finding {
  fault: Fault;
  tenant: string;
  stream?: string;
  version?: number;
  /** `<log generation>.<xid8>.<n>`; undefined where the event is gone. */
  position?: string;
  eventId?: string;
  /** In words, without personal data. */
  detail: string;
}

/** An event whose body shall be opened. */
export interface SealedEvent {
  tenant: string;
  stream: string;
  id: string;
  /** SHA-256 that the envelope holds. */
  commitment: Uint8Array;
  keyId: string;
  box: Uint8Array;
}

/** `kept`: it opens and is the one committed to. `gone`: its key was destroyed. `keys-missing`: nobody destroyed it, but the key store does not hold it. */
export type BodyVerdict = 'kept' | 'gone' | 'unopenable' | 'other' | 'blob-missing' | 'keys-missing';

/** Opens bodies of one tenant: verdicts in the order of the events. The store itself has no keys. */
export type CheckBodies = (tenant: string, events: readonly SealedEvent[]) => Promise<BodyVerdict[]>;

/** How far a walk is. */
export interface VerifyProgress {
  events: number;
  /** 0 to 1. */
  share: number;
}

export interface VerifyOptions {
  /** Only this tenant. */
  tenant?: string;
  /** Only this stream of the tenant; then ids that lead nowhere are not looked for, since they name no stream. */
  stream?: string;
  /** Without it no body is opened. */
  checkBodies?: CheckBodies;
  /** Transactions at once (default 4). */
  lanes?: number;
  /** Findings kept (default 100); further ones are counted. */
  keep?: number;
  onProgress?: (progress: VerifyProgress) => void;
}

/** What a walk found. The log is intact where `findings` is empty. */
export interface VerifyReport {
  tenants: number;
  streams: number;
  events: number;
  /** Bodies: there, opened and right, destroyed with the event's digest cleared, there but their key destroyed. */
  bodies: { stored: number; opened: number; destroyed: number; keyGone: number };
  /** By place in the log; the first is the first bad event. */
  findings: Finding[];
  /** Findings beyond those kept. */
  more: number;
}
