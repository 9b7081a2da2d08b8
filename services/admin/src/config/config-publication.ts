import type { Bus } from '@throughline/bus';
import { comparePositions, parsePosition, type Position } from '@throughline/contracts';
import { subscribe, type EventStore, type LogSubscription } from '@throughline/event-store';
import type { Database, ServerLog } from '@throughline/postgres';
import type { Vault } from '@throughline/vault';
import { ConfigVersions } from './config-versions.handlers';
import { configName, openConfigEvent } from './config-event';
import { configRelay } from './config-relay';

export interface ConfigPublicationParts {
  bus: Pick<Bus, 'publish' | 'broadcast' | 'ensureTopics'>;
  database: Database;
  store: EventStore;
  vault: Pick<Vault, 'forTenant'>;
  onError: (error: unknown) => void;
  log?: ServerLog;
}

/** The subscription that publishes admin's log. */
const RELAY = 'config';
const PAGE = 500;

/** Keeps the topic `config` as admin's log says: publishes what is new, and everything again where the topic lost some of it. */
export class ConfigPublication {
  private relay: LogSubscription | undefined;

  constructor(private readonly parts: ConfigPublicationParts) {}

  async start(): Promise<void> {
    const { bus, database, store, vault, onError, log } = this.parts;
    this.relay = await subscribe(database, store, { name: RELAY, handle: configRelay(bus, vault), onError, horizon: { log } });
  }

  async stop(): Promise<void> {
    await this.relay?.close();
  }

  /**
   * Makes missing topics, and has the whole log published anew where the topic lacks what was published before: from its start and
   * in its order, so that the newest record of a thing is the last again. How many things it lacked.
   */
  async restore(): Promise<number> {
    await this.parts.bus.ensureTopics();
    const published = await this.published();
    const there = await this.onTopic();
    const missing = [...published].filter(([name, version]) => there.of(name) < version).length;
    if (missing > 0) {
      await this.stop();
      await this.parts.database.system((tx) => tx.query('DELETE FROM subscription WHERE name = $1', [RELAY]));
      await this.start();
    }
    return missing;
  }

  /** The newest version of each thing that the relay has gone past. What lies behind that is on its way anyhow. */
  private async published(): Promise<Map<string, bigint>> {
    const { database, store } = this.parts;
    const newest = new Map<string, bigint>();
    const end = await this.checkpoint();
    let after: Position | undefined;
    for (;;) {
      const page = await database.relay((tx) => store.readLog(tx, after, PAGE));
      for (const event of page) {
        if (end === undefined || comparePositions(event.position, end) > 0) return newest;
        const record = await openConfigEvent(await this.parts.vault.forTenant(event.tenant), event);
        newest.set(configName(record), record.version);
      }
      if (page.length === 0) return newest;
      after = page.at(-1)!.position;
    }
  }

  private async checkpoint(): Promise<Position | undefined> {
    const { rows } = await this.parts.database.system((tx) => tx.query<{ position: string }>('SELECT position FROM subscription WHERE name = $1', [RELAY]));
    return rows[0] && parsePosition(rows[0].position);
  }

  /** Reads the whole topic once. */
  private async onTopic(): Promise<ConfigVersions> {
    const versions = new ConfigVersions();
    const subscription = await this.parts.bus.broadcast({ topic: 'config', handle: async (batch) => versions.take(batch) });
    await subscription.close();
    return versions;
  }
}
