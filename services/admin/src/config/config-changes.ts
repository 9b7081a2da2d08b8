import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { ConfigRecordSchema } from '@throughline/contracts';
import type { EventStore, NewEvent } from '@throughline/event-store';
import type { Database, Tx } from '@throughline/postgres';
import type { TenantKeys, Vault } from '@throughline/vault';
import type { EntityManager } from 'typeorm';
import { managerIn } from './config-entities';
import { configEvent } from './config-event';

/** What a change works with: one transaction, for one tenant. */
export interface Change {
  tx: Tx;
  manager: EntityManager;
  keys: TenantKeys;
  /** Appends what a thing now is to admin's log, in this transaction; from there it is published on `config`. */
  record(type: string, record: MessageInitShape<typeof ConfigRecordSchema>): void;
}

export interface ConfigChangesParts {
  database: Database;
  store: Pick<EventStore, 'append'>;
  vault: Pick<Vault, 'forTenant' | 'found'>;
  clock: () => Date;
  version: string;
}

/** The one way to change the configuration: the rows and their event are written together or not at all. */
export class ConfigChanges {
  constructor(private readonly parts: ConfigChangesParts) {}

  /**
   * The first change of a tenant, with its first keys. Throws `unavailable` (`tenant-keys-missing`) where the key store is not the one in which another has
   * hers: with the next mount they would be missing.
   */
  async found<T>(tenant: string, work: (change: Change) => Promise<T>): Promise<T> {
    const { rows } = await this.parts.database.relay((tx) => tx.query<{ tenant: string }>('SELECT tenant FROM event WHERE tenant <> $1 LIMIT 1', [tenant]));
    if (rows[0]) await this.parts.vault.forTenant(rows[0].tenant);
    await this.parts.vault.found(tenant);
    return this.change(tenant, work);
  }

  async change<T>(tenant: string, work: (change: Change) => Promise<T>): Promise<T> {
    const keys = await this.parts.vault.forTenant(tenant);
    const context = { keys, at: this.parts.clock().getTime(), producerVersion: this.parts.version };
    const result = await this.parts.database.writer([tenant], async (tx) => {
      const events: NewEvent[] = [];
      const record: Change['record'] = (type, value) => void events.push(configEvent(type, create(ConfigRecordSchema, value), context));
      const done = await work({ tx, manager: await managerIn(tx), keys, record });
      await this.append(tx, events);
      return done;
    });
    this.parts.database.notify('log');
    return result;
  }

  async read<T>(tenant: string, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.parts.database.reader(tenant, async (tx) => work(await managerIn(tx)));
  }

  /** Once per transaction, as the event store asks. */
  private async append(tx: Tx, events: readonly NewEvent[]): Promise<void> {
    if (events.length === 0) return;
    const outcomes = await this.parts.store.append(tx, events);
    // The row is locked while its version rises, so the same version twice is a mistake of ours.
    if (outcomes.some(({ outcome }) => outcome !== 'appended')) throw new Error('A change of the configuration was appended before.');
  }
}
