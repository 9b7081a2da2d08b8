import { setTimeout as delay } from 'node:timers/promises';
import { formatPosition, parsePosition, type Position } from '@throughline/contracts';
import { underLease, type Database, type Tx } from '@throughline/postgres';
import type { EventStore, LogHandler, LogSubscription, StoredEvent } from './event-store.contract';
import { Horizon, type HorizonOptions } from './horizon';
import { PAGE_BYTES } from './read';
import { RecalledPages, type Recall } from './recalled-pages';
import { WakeUp } from './wake-up';

/** Who reads the log, and what is done with it. */
export interface SubscribeOptions {
  /** The checkpoint's name. Of all subscriptions with one name, in all processes, one works and the others stand by. */
  name: string;
  /** Delivery is at least once: after a crash the last batch comes again. */
  handle: LogHandler;
  /** Events in one batch at most (default 500). */
  batch?: number;
  /** Bytes of envelopes and bodies in one batch at most, but for a single event (default 8 MiB). */
  batchBytes?: number;
  /** Only events of this category (see LogPage). */
  category?: string;
  /** What this process remembers of events it has appended: they need not be read whole. Left out where a category is wanted. */
  recall?: Recall;
  /** Ms between two looks at the log when nothing wakes it (default 1,000). */
  pollMs?: number;
  /** Called each time this process begins to hand on the log: another may have gone on with it meanwhile. */
  onBegin?: () => void;
  /** Told of every failure, of the handler and of the database. The batch is tried again all the same. */
  onError?: (error: unknown) => void;
  /** Where and when a transaction is told of that holds back the log. */
  horizon?: HorizonOptions;
}

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 10_000;
const LOAD = { name: 'load_checkpoint', text: 'SELECT position FROM subscription WHERE name = $1' };
const SAVE = {
  name: 'save_checkpoint',
  text: 'INSERT INTO subscription (name, position) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET position = excluded.position',
};

/** Starts to hand on the log from the checkpoint of this name, or from its start. Throws `unavailable` where the database does not answer now. */
export async function subscribe(database: Database, store: EventStore, options: SubscribeOptions): Promise<LogSubscription> {
  const wakeUp = new WakeUp();
  const ear = await database.listen('log', () => wakeUp.ring());
  const relay = new LogRelay(database, store, options, wakeUp);
  const done = relay.run();
  return {
    get horizonAgeMs() {
      return relay.horizon.ageMs;
    },
    close: async () => {
      relay.stop();
      await Promise.all([done, ear.close()]);
    },
  };
}

class LogRelay {
  readonly horizon: Horizon;
  /** Each read is a transaction and a round trip of its own. */
  private readonly pages: Tx;
  private readonly recalled: RecalledPages | undefined;
  private readonly stopping = new AbortController();
  private retryMs = FIRST_RETRY_MS;

  constructor(
    private readonly database: Database,
    private readonly store: EventStore,
    private readonly options: SubscribeOptions,
    private readonly wakeUp: WakeUp,
  ) {
    this.horizon = new Horizon(database, options.horizon ?? {});
    this.recalled = options.recall && options.category === undefined ? new RecalledPages(store, options.recall) : undefined;
    this.pages = { query: (text, values) => database.call('relay', typeof text === 'string' ? { text, values } : text) };
  }

  stop(): void {
    this.stopping.abort();
    this.wakeUp.ring();
  }

  async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) await underLease(this.database, `subscription ${this.options.name}`, signal, (lost) => this.relay(lost));
  }

  /** Until told to stop. The checkpoint is read anew with each lease: another may have moved it. */
  private async relay(lost: AbortSignal): Promise<void> {
    const end = AbortSignal.any([this.stopping.signal, lost]);
    let position = await this.retried(end, () => this.load());
    this.options.onBegin?.();
    while (!end.aborted) {
      const events = await this.retried(end, () => this.read(position));
      await this.retried(end, () => this.horizon.look());
      if (events?.length) position = await this.handOn(events, end, lost);
      else await this.wakeUp.wait(this.options.pollMs ?? 1_000);
    }
  }

  /** A batch that was handled is saved even when told to stop, but not where the lease is lost: another may be further. */
  private async handOn(events: readonly StoredEvent[], end: AbortSignal, lost: AbortSignal): Promise<Position> {
    const { position } = events.at(-1)!;
    const handled = await this.retried(end, () => this.options.handle(events).then(() => true));
    if (handled && !lost.aborted) await this.retried(end, () => this.save(position));
    return position;
  }

  /** Tries until it succeeds, once at least; undefined where the end came first. */
  private async retried<T>(end: AbortSignal, step: () => Promise<T>): Promise<T | undefined> {
    for (;;) {
      try {
        const result = await step();
        this.retryMs = FIRST_RETRY_MS;
        return result;
      } catch (error) {
        this.options.onError?.(error);
        if (end.aborted) return undefined;
        await delay(this.retryMs, undefined, { signal: end }).catch(() => undefined);
        this.retryMs = Math.min(this.retryMs * 2, LONGEST_RETRY_MS);
        if (end.aborted) return undefined;
      }
    }
  }

  private async load(): Promise<Position | undefined> {
    const { rows } = await this.database.call<{ position: string }>('system', { ...LOAD, values: [this.options.name] });
    return rows[0] && parsePosition(rows[0].position);
  }

  private read(after: Position | undefined): Promise<StoredEvent[]> {
    const { batch = 500, batchBytes: maxBytes = PAGE_BYTES, category } = this.options;
    if (this.recalled) return this.recalled.read(this.pages, after, batch, maxBytes);
    return this.store.readLog(this.pages, after, batch, { maxBytes, category });
  }

  private async save(position: Position): Promise<void> {
    await this.database.call('system', { ...SAVE, values: [this.options.name, formatPosition(position)] });
  }
}
