import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BlobStore } from '@throughline/blob';
import type { Message, OutgoingMessage } from '@throughline/bus';
import { tenantId, type TopicName } from '@throughline/contracts';
import { eventStore, throughGate, type StoredEvent } from '@throughline/event-store';
import type { Account, Credential, SetAside } from '@throughline/platform';
import { until } from '@throughline/platform/testing';
import type { Database } from '@throughline/postgres';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { openFileKeyStore, openVault, type Vault } from '@throughline/vault';
import { BodyStore } from '../body-store';
import { Intake } from '../intake';
import { InteractionsHandlers } from '../interactions.handlers';
import { Ledger } from '../ledger';
import { migrations } from '../migrations';
import type { Customer } from '../reading/customer.dto';
import { CustomersController } from '../reading/customers.controller';
import { InteractionWatch } from '../reading/interaction-watch';
import type { TimelineList } from '../reading/timeline-item.dto';
import type { TimelineQuery } from '../reading/timeline-query.dto';
import { TimelineReader } from '../reading/timeline-reader';
import { RecentEvents } from '../recent-events';
import { Relay } from '../relay';
import { TraitValues } from '../trait-values';
import { interactionMessage, type TestInteraction } from './interaction-message';

export const TENANT = tenantId('profile-bench');

export const caller = (tenant: string): Credential => ({ tenant, keyId: 'key', scopes: ['read', 'send'] });

/** A process in which nobody waits for an interaction. */
export const NOBODY_WAITS = { applied: () => undefined };

/** The profile over a real database and a real vault; the bus and the blobs are lists in memory. */
export class ProfileBench {
  readonly blobs = memoryBlobs();
  readonly store = eventStore;
  readonly bodies = new BodyStore(this.blobs);
  readonly traits = new TraitValues(this.store, this.bodies);
  readonly recent = new RecentEvents();
  readonly ledger = new Ledger(this.store, this.vault, this.bodies, this.traits, this.recent);
  readonly letters: SetAside[] = [];
  readonly published: (OutgoingMessage & { topic: TopicName })[] = [];
  readonly watch = new InteractionWatch(this.db.database, this.store);
  readonly handlers = this.openHandlers(this.db.database, this.watch);

  private constructor(
    readonly db: TestDatabase,
    readonly vault: Vault,
    private readonly keyFolder: string,
  ) {}

  static async open(): Promise<ProfileBench> {
    const keyFolder = await mkdtemp(join(tmpdir(), 'tl-profile-keys-'));
    return new ProfileBench(await testDatabase('profile', migrations), openVault(openFileKeyStore(keyFolder), () => new Date()), keyFolder);
  }

  /** Another process' handlers over the same database. */
  openHandlers(database: Pick<Database, 'writer' | 'notify'> = this.db.database, watch: Pick<InteractionWatch, 'applied'> = NOBODY_WAITS): InteractionsHandlers {
    const ledger = new Ledger(this.store, this.vault, this.bodies, this.traits, this.recent);
    return this.handlersOf(new Intake(throughGate(database), this.store, ledger, watch));
  }

  /** Handlers over an intake of the spec's own. */
  handlersOf(intake: Intake): InteractionsHandlers {
    const deadLetters = { put: (letter: SetAside) => Promise.resolve(String(this.letters.push(letter))) };
    return new InteractionsHandlers({ vault: this.vault, blobs: this.blobs, deadLetters }, intake);
  }

  readonly bus = {
    publish: (topic: TopicName, messages: readonly OutgoingMessage[]) => {
      this.published.push(...messages.map((message) => ({ ...message, topic })));
      return Promise.resolve();
    },
  };

  async messages(interactions: readonly TestInteraction[], tenant = TENANT): Promise<Message[]> {
    const keys = await this.vault.forTenant(tenant);
    return interactions.map((interaction) => interactionMessage(keys, interaction));
  }

  async post(...interactions: TestInteraction[]): Promise<void> {
    await this.handlers.take(await this.messages(interactions));
  }

  readonly directory = { tenant: () => undefined, account: (id: string) => Promise.resolve(this.accounts.get(id)) };
  readonly accounts = new Map<string, Account>();
  readonly customers = new CustomersController({ vault: this.vault, directory: this.directory }, this.db.database, new TimelineReader(this.store, this.vault, this.bodies), this.traits);
  readonly relay = new Relay({ database: this.db.database, vault: this.vault, bus: this.bus, traits: this.traits, bodies: this.bodies, recent: this.recent, blobs: this.blobs });

  /** The customer who holds `namespace:value`, as the API tells. */
  async customer(identity: string, tenant = TENANT): Promise<Customer | undefined> {
    return (await this.customers.list(caller(tenant), { identity })).items[0];
  }

  async timeline(customer: string, query: TimelineQuery = {}, tenant = TENANT): Promise<TimelineList> {
    return this.customers.timeline(caller(tenant), customer, query);
  }

  /** Everything appended so far. Transactions in other databases of the server hold the end of the log back for moments. */
  async readLog(): Promise<StoredEvent[]> {
    const heldBack = () => this.db.database.relay((tx) => tx.query('SELECT 1 FROM event WHERE xid >= pg_snapshot_xmin(pg_current_snapshot()) LIMIT 1'));
    await until(async () => (await heldBack()).rows.length === 0);
    return this.db.database.relay((tx) => this.store.readLog(tx, undefined, 100_000));
  }

  async close(): Promise<void> {
    await this.db.drop();
    await rm(this.keyFolder, { recursive: true });
  }
}

function memoryBlobs(): BlobStore {
  const kept = new Map<string, Buffer>();
  const name = (tenant: string, id: string) => `${tenant}/${id}`;
  return {
    put: async (tenant, id, bytes) => void (kept.has(name(tenant, id)) || kept.set(name(tenant, id), Buffer.from(bytes))),
    get: async (tenant, id) => kept.get(name(tenant, id)),
    delete: async (tenant, id) => void kept.delete(name(tenant, id)),
    healthy: async () => true,
  };
}
