import type { BatchHandler, Bus } from '@throughline/bus';
import { comparePositions, isRejected, parsePosition, type Position, type ThroughlineError } from '@throughline/contracts';
import { subscribe, type EventStore, type LogSubscription, type StoredEvent } from '@throughline/event-store';
import { readConfigRecord, showHorizon } from '@throughline/platform';
import type { Database, ServerLog } from '@throughline/postgres';
import { configName, generationOf } from './config-event';
import { configRelay, recordOf, type ConfigRelayParts } from './config-relay';

export interface ConfigPublicationParts extends ConfigRelayParts {
  bus: Pick<Bus, 'publish' | 'broadcast' | 'ensureTopics'>;
  database: Database;
  store: EventStore;
  onError: (error: unknown) => void;
  /** Hears how many things the topic has lost: what an older copy of the log says anew is none. */
  onLost: (things: number) => void;
  log?: ServerLog;
}

/** The subscription that publishes admin's log. */
const RELAY = 'config';
const PAGE = 500;

/** Place in admin's log up to which everything is on the topic; undefined where nothing is. */
export async function publishedTo(database: Database): Promise<Position | undefined> {
  const { rows } = await database.system((tx) => tx.query<{ position: string }>('SELECT position FROM subscription WHERE name = $1', [RELAY]));
  return rows[0] && parsePosition(rows[0].position);
}

/** Keeps the topic `config` as admin's log says: publishes what is new, and again what the topic lost. */
export class ConfigPublication {
  private relay: LogSubscription | undefined;
  private hideHorizon: (() => void) | undefined;

  constructor(private readonly parts: ConfigPublicationParts) {}

  async start(): Promise<void> {
    const { database, store, onError, log } = this.parts;
    this.relay = await subscribe(database, store, { name: RELAY, handle: configRelay(this.parts), onError, horizon: { log } });
    this.hideHorizon = showHorizon('admin', this.relay);
  }

  async stop(): Promise<void> {
    this.hideHorizon?.();
    await this.relay?.close();
  }

  /**
   * Makes missing topics, and publishes again, in the log's order, what the topic lacks of what was published before: what it has lost, and all
   * that it has of another generation of the log. How many things it lacked. What the relay publishes meanwhile may be overtaken by an older
   * version from here: ask again until nothing is missing.
   * Throws `unavailable` (`tenant-keys-missing`) when all others' is published.
   */
  async restore(): Promise<number> {
    const { bus, vault } = this.parts;
    await bus.ensureTopics();
    let waiting: ThroughlineError | undefined;
    const onUnopenable: ConfigRelayParts['onUnopenable'] = (event, error) => {
      if (!isRejected(error)) waiting = error;
      this.parts.onUnopenable(event, error);
    };
    const parts = { bus, vault, onUnopenable };
    const missing = await this.missing(parts);
    const publish = configRelay(parts);
    for (let at = 0; at < missing.length; at += PAGE) await publish(missing.slice(at, at + PAGE));
    if (waiting) throw waiting;
    return missing.length;
  }

  private async missing(parts: ConfigRelayParts): Promise<StoredEvent[]> {
    const published = await this.published();
    const there = await this.onTopic();
    const missing: StoredEvent[] = [];
    let lost = 0;
    for (const event of published) {
      const record = await recordOf(parts, event);
      if (!record) continue;
      const held = there.get(configName(record));
      if (held !== undefined && held >= record.version) continue;
      missing.push(event);
      if (held === undefined || generationOf(held) === generationOf(record.version)) lost += 1;
    }
    if (lost > 0) this.parts.onLost(lost);
    return missing;
  }

  /** The newest event of each thing, which is a stream, that the relay has gone past, in the log's order. What lies behind that is on its way anyhow. */
  private async published(): Promise<Iterable<StoredEvent>> {
    const { database, store } = this.parts;
    const newest = new Map<string, StoredEvent>();
    const end = await publishedTo(database);
    let after: Position | undefined;
    for (;;) {
      const page = await database.relay((tx) => store.readLog(tx, after, PAGE));
      for (const event of page) {
        if (end === undefined || comparePositions(event.position, end) > 0) return newest.values();
        newest.delete(event.stream);
        newest.set(event.stream, event);
      }
      if (page.length === 0) return newest.values();
      after = page.at(-1)!.position;
    }
  }

  /** Reads the whole topic once: the last version of each thing, which a compacted topic keeps. */
  private async onTopic(): Promise<Map<string, bigint>> {
    const last = new Map<string, bigint>();
    const handle: BatchHandler = async (batch) => {
      const records = batch.map(({ value }) => readConfigRecord(value));
      // A kind that a newer version of us has brought has no name here.
      for (const record of records) if (record.value.case !== undefined) last.set(configName(record), record.version);
    };
    const subscription = await this.parts.bus.broadcast({ topic: 'config', handle });
    await subscription.close();
    return last;
  }
}
