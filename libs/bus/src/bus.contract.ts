import type { ThroughlineError, TopicName } from '@throughline/contracts';
import type { Parking } from './parking/parking.contract';

/** A message to publish. */
export interface OutgoingMessage {
  /** Chooses the partition; messages of one key keep their order. On a compacted topic the newest of a key is kept. */
  key: Uint8Array;
  value: Uint8Array;
  headers?: Record<string, string>;
  /** UUID of the tenant; on a framed topic it must be there: its key seals the frame. */
  tenant?: string;
}

/** A message as it was read. */
export interface Message extends OutgoingMessage {
  topic: TopicName;
  partition: number;
  /** Opaque; rises along a partition. Messages of one frame share it. */
  offset: string;
  /** Its number among the messages of its offset; absent: 0. */
  nth?: number;
  /** It waited in the parking lot: messages of other keys that lie behind it may be done already. */
  parked?: true;
  /** Unix ms of the publishing. */
  publishedAt: number;
  key: Buffer;
  value: Buffer;
  headers: Record<string, string>;
  /** Where the frame it came in will never open: then `value` is the frame's bytes, and the bus rejects it for this reason. */
  refusal?: ThroughlineError;
}

/**
 * Handles messages of one topic, those of one key in order. When it resolves all are done and committed. What it throws
 * decides what happens next; a batch that fails is halved until the failing message stands alone:
 * - ThroughlineError `rejected`: the message is set aside (`onRejected`) and the next of its key goes on.
 * - `unavailable`, `rate-limited`: the same batch again after a growing delay (100 ms to 10 s); nothing else is tried.
 * - anything else is a surprise. In a group with `parking` the message is tried a few times more and then its key is
 *   parked: it and all that follows on the key wait, in order, and other keys go on. Elsewhere it is tried again for ever.
 * Delivery is at least once: the handler is idempotent.
 */
export type BatchHandler = (batch: readonly Message[]) => Promise<void>;

/** A member of a group: a message is handled by one of them. */
export interface GroupOptions {
  topic: TopicName;
  /** Members of one group share the partitions, each partition to one member. */
  group: string;
  handle: BatchHandler;
  /** Takes what the handler rejected, before it is committed. */
  onRejected: (message: Message, error: Error) => Promise<void>;
  /** Messages in one batch at most (default 500). */
  maxBatch?: number;
  /** Where keys wait whose messages fail by surprise. Without it they hold up their partition. All members of a group have the same. */
  parking?: Parking;
}

/** A reader of a whole topic. */
export interface BroadcastOptions {
  topic: TopicName;
  /** Every process gets every message, from the topic's start; nothing is committed. What it rejects is told in the log and passed over, other errors are retried. */
  handle: BatchHandler;
}

/** What was subscribed to the bus, until it is closed. */
export interface Subscription {
  /** Takes no new batch until it is resumed; what is in work finishes. Parked keys rest too. The place in the group is kept. */
  pause(): void;
  resume(): void;
  /** Stops taking new batches, lets the one in work finish and commit, leaves. */
  close(): Promise<void>;
}

/** The message bus: a port with two drivers, `embedded` (a durable log in PostgreSQL) and `kafka`. */
export interface Bus {
  readonly driver: 'embedded' | 'kafka';
  /** Resolves when all are durable (acks=all, or committed). Throws `unavailable` (`bus-unavailable`) otherwise: then some may be durable all the same. Concurrent calls are coalesced; per key the order of the calls is kept. */
  publish(topic: TopicName, messages: readonly OutgoingMessage[]): Promise<void>;
  group(options: GroupOptions): Promise<Subscription>;
  /** Resolves when everything that was on the topic on joining has been handled. */
  broadcast(options: BroadcastOptions): Promise<Subscription>;
  /** Makes the topics that are missing. */
  ensureTopics(): Promise<void>;
  healthy(): Promise<boolean>;
  /** Ends every subscription as `close` does, waits for what is being published. */
  close(): Promise<void>;
}
