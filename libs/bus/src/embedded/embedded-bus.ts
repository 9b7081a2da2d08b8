import { TOPICS, unavailable, type TopicName } from '@throughline/contracts';
import type { Database } from '@throughline/postgres';
import type { BroadcastOptions, Bus, GroupOptions, OutgoingMessage, Subscription } from '../bus.contract';
import { faultOf, silent, type BusLog } from '../bus-log';
import type { FrameSealer } from '../frames/frame-sealer.contract';
import { checkTenants, Frames } from '../frames/frames';
import { GroupCommit } from '../group-commit';
import { bytesOf, outgoing, type Outgoing } from '../outgoing';
import { BroadcastReader } from './broadcast-reader';
import { Checkpoints } from './checkpoints';
import { GroupMember, type EmbeddedParts } from './group-member';
import { channelOf } from './listening';
import { MessageLog } from './message-log';
import { prune } from './prune';
import { Subscribers } from '../subscribers';
import { within } from '../within';

/** A flush that takes longer has failed: a door must answer 503, not hang. */
const FLUSH_MS = 8000;
/** While PostgreSQL works on one, the next is sealed and encoded. */
const FLIGHTS = 2;

/** What the embedded driver needs. */
export interface EmbeddedBusOptions {
  /** The schema `bus` with `busMigration`. The caller closes it, after the bus. */
  database: Database;
  /** Seals what waits on a framed topic. */
  frames: FrameSealer;
  log?: BusLog;
  /** For tests: put before every topic name, so that suites share a database. */
  topicPrefix?: string;
  /** Ms between two prunings (default 60,000). */
  pruneMs?: number;
}

/** The embedded driver, which prunes its own log. */
export interface EmbeddedBus extends Bus {
  /** Deletes what its topic need not keep any more; runs by itself as well. */
  prune(): Promise<void>;
}

/**
 * The bus as a durable log in PostgreSQL: for one process or a few. One member of a group works a topic at a time; the
 * others stand by, and take over within 250 ms when it dies.
 */
export const openEmbeddedBus = (options: EmbeddedBusOptions): EmbeddedBus => new PostgresBus(options);

class PostgresBus implements EmbeddedBus {
  readonly driver = 'embedded';
  private readonly parts: EmbeddedParts;
  private readonly frames: Frames;
  private readonly waiting: GroupCommit<Outgoing>;
  private readonly subscribers = new Subscribers();
  private readonly pruneTimer: NodeJS.Timeout;
  private pruning = Promise.resolve();
  /** The flush that began last. */
  private ahead: Promise<void> = Promise.resolve();
  private closed = false;

  constructor({ database, frames, log = silent, topicPrefix: prefix = '', pruneMs = 60_000 }: EmbeddedBusOptions) {
    this.frames = new Frames(frames, false);
    const messages = new MessageLog(database, this.frames, prefix);
    this.parts = { database, messages, checkpoints: new Checkpoints(database, prefix), log, prefix, sealer: frames };
    this.waiting = new GroupCommit<Outgoing>({
      flush: (items) => this.flush(items),
      bytesOf,
      maxItems: 2000,
      maxBytes: 4 * 1024 * 1024,
      flights: FLIGHTS,
    });
    this.pruneTimer = setInterval(() => (this.pruning = this.pruneQuietly()), pruneMs).unref();
  }

  async publish(topic: TopicName, messages: readonly OutgoingMessage[]): Promise<void> {
    if (this.closed) throw unavailable('bus-unavailable', 'the bus is closed');
    checkTenants(topic, messages);
    await this.waiting.add(outgoing(topic, TOPICS[topic].partitions, messages));
  }

  async group(options: GroupOptions): Promise<Subscription> {
    return this.subscribers.enter(new GroupMember(this.parts, options).start());
  }

  async broadcast(options: BroadcastOptions): Promise<Subscription> {
    const reader = new BroadcastReader(this.parts, options).start();
    const subscription = this.subscribers.enter(reader);
    await reader.ready();
    return subscription;
  }

  /** Nothing to do: topics are rows. */
  async ensureTopics(): Promise<void> {}

  healthy(): Promise<boolean> {
    return this.parts.database.healthy();
  }

  prune(): Promise<void> {
    return prune(this.parts.database, this.parts.prefix);
  }

  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.pruneTimer);
    await this.pruning;
    await this.subscribers.close();
    await this.waiting.idle();
  }

  private async flush(items: readonly Outgoing[]): Promise<void> {
    const appending = this.append(items, this.ahead);
    this.ahead = appending;
    try {
      await appending;
    } catch (error) {
      if (this.ahead === appending) this.ahead = Promise.resolve();
      throw unavailable('bus-unavailable', 'the embedded bus did not take the messages', error);
    }
    for (const topic of new Set(items.map(({ topic }) => topic))) this.parts.database.notify(channelOf(topic));
  }

  /** Behind the one ahead, and not where that failed: nothing overtakes. */
  private async append(items: readonly Outgoing[], ahead: Promise<void>): Promise<void> {
    const records = await this.frames.close(items);
    await ahead;
    await within(FLUSH_MS, this.parts.messages.append(records));
  }

  private async pruneQuietly(): Promise<void> {
    await this.prune().catch((error: unknown) => this.parts.log.warn(faultOf(error), 'the bus was not pruned'));
  }
}
