import type { Position } from '@throughline/contracts';
import type { Tx } from '@throughline/postgres';

/** An event to append. Bytes are ready-made: the store neither opens nor seals. */
export interface NewEvent {
  tenant: string;
  /** UUID of the stream; profile's are segment ids. */
  stream: string;
  /** UUID; the same id is appended once for ever. */
  id: string;
  type: string;
  /** Unix ms. */
  occurredAt: number;
  /** Partition key of the topic it is published on (16 bytes). */
  key: Uint8Array;
  /** The Envelope's bytes; the stream's hash chain covers exactly these. */
  envelope: Uint8Array;
  /** Short keyed digest of the body: "same id, same content?". Outside the chain. */
  digest: Uint8Array;
  keyId: string;
  /** The sealed body (nonce, ciphertext, tag). It lies beside the event, not in it. */
  box: Uint8Array;
}

/** Where the body was destroyed, `box`, `digest` and `keyId` are empty. */
export interface StoredEvent extends NewEvent {
  position: Position;
  /** 1 for the first event of its stream. */
  version: number;
  /** Unix ms of the append; never falls along a log. */
  recordedAt: number;
}

/** Where an event stands in the log, and its envelope, by which it is known again. */
export type EventPlace = Pick<StoredEvent, 'position' | 'envelope'>;

/** What became of one event: appended at a place; a duplicate (same id, same digest) that changed nothing; or a conflict (same id, other digest) that changed nothing. */
export type AppendOutcome =
  | { outcome: 'appended'; position: Position; version: number; recordedAt: number }
  | { outcome: 'duplicate'; position: Position }
  | { outcome: 'conflict'; position: Position };

/** What a stream's version must be: exactly this number of events, none, some, or as it comes. */
export type ExpectedVersion = number | 'none' | 'exists' | 'any';

/** A condition of a call on one of the streams that it appends to. */
export interface Expectation {
  tenant: string;
  stream: string;
  version: ExpectedVersion;
}

/** Nothing of the call was appended: this stream is at another version than was expected. */
export interface VersionRefusal {
  outcome: 'refused';
  tenant: string;
  stream: string;
  expected: ExpectedVersion;
  /** 0 where the stream has no event. */
  actual: number;
}

/** Outcomes in the order of the events, or why there are none. */
export type AppendResult = AppendOutcome[] | VersionRefusal;

export type Direction = 'forwards' | 'backwards';

/** What is wanted of the log. */
export interface LogPage {
  /** Only events of this category: the first word of their type, `message` for `message.received`. */
  category?: string;
  /** Bytes of envelopes and bodies at most, but for a single event (default 8 MiB). */
  maxBytes?: number;
}

/** Appends and reads a service's log. All methods run inside the caller's transaction, so read models change with the log or not at all. */
export interface EventStore {
  /**
   * Writer role. Outcomes in the order of the events; duplicates and conflicts fail nobody. The events of one call stand
   * together in the log, in their order. Along the log neither `recordedAt` nor, within a stream, the version ever falls,
   * whatever appends at the same time. Until the transaction ends, others that append to one of its streams wait: append
   * once per transaction (two appends that take streams in other orders can end in a deadlock, 40P01, and be tried again).
   * Call `database.notify('log')` after the commit.
   */
  append(tx: Tx, events: readonly NewEvent[]): Promise<AppendOutcome[]>;
  /**
   * The same where streams are at their expected versions, else nothing of the call. A call whose events the log knows all
   * is not refused: it was made before, and its answer was lost.
   */
  append(tx: Tx, events: readonly NewEvent[], expected: readonly Expectation[]): Promise<AppendResult>;
  /** Which of these ids the log already knows, with the digest they came with. */
  known(tx: Tx, tenant: string, ids: readonly string[]): Promise<Map<string, { digest: Buffer; position: Position }>>;
  /** One stream from a version on (1 = its first event), or from it backwards (Infinity = from its end). */
  readStream(tx: Tx, tenant: string, stream: string, fromVersion: number, limit: number, direction?: Direction): Promise<StoredEvent[]>;
  /** Events by id; missing ones are left out. */
  readById(tx: Tx, tenant: string, ids: readonly string[]): Promise<StoredEvent[]>;
  /** The sealed bodies of events at these places, by the number of the place (`n`), which no two events of a log have; none where it was destroyed. */
  readBoxes(tx: Tx, tenant: string, places: readonly Position[]): Promise<Map<bigint, Uint8Array>>;
  /**
   * All tenants' events after a position, in log order, none skipped: only those below the oldest running transaction. Relay
   * role. A page is empty only at the end. Throws `rejected` (`former-log-generation`) where the position is of another
   * generation, or of a place that this log has not come to: it was restored from an older copy.
   */
  readLog(tx: Tx, after: Position | undefined, limit: number, page?: LogPage): Promise<StoredEvent[]>;
  /** The same of the log as `readLog`, but what the events hold is left out. */
  readPlaces(tx: Tx, after: Position | undefined, limit: number): Promise<EventPlace[]>;
  /** The log's generation: 1 at first; a restored backup starts a new one. */
  generation(tx: Tx): Promise<number>;
  /** Walks a stream's hash chain; `version` is the first event that is not as it was appended, or is missing. */
  verify(tx: Tx, tenant: string, stream: string): Promise<{ intact: true } | { intact: false; version: number }>;
}

/** Reads the log in order for ever and hands it on in batches; checkpoint by name in `subscription`. Woken by NOTIFY `log`, a poll is the fallback. */
export interface LogSubscription {
  /** Ms for which one running transaction, the oldest, has held back what was appended after it; 0 where none does. A gauge. */
  readonly horizonAgeMs: number;
  /** Resolves when the batch in work is handled and its checkpoint kept. */
  close(): Promise<void>;
}

/** Takes events in log order. It may be given the same again, and is idempotent. */
export type LogHandler = (events: readonly StoredEvent[]) => Promise<void>;
