import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BlobStore } from '@throughline/blob';
import type { Message, OutgoingMessage } from '@throughline/bus';
import { tenantId, type TopicName } from '@throughline/contracts';
import { eventStore } from '@throughline/event-store';
import type { SetAside } from '@throughline/platform';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { openFileKeyStore, openVault, type Vault } from '@throughline/vault';
import { BodyStore } from '../body-store';
import { Intake } from '../intake';
import { InteractionsHandlers } from '../interactions.handlers';
import { Ledger } from '../ledger';
import { migrations } from '../migrations';
import { interactionMessage, type TestInteraction } from './interaction-message';

export const TENANT = tenantId('profile-bench');

/** The profile over a real database and a real vault; the bus and the blobs are lists in memory. */
export class ProfileBench {
  readonly blobs = memoryBlobs();
  readonly store = eventStore;
  readonly bodies = new BodyStore(this.blobs);
  readonly ledger = new Ledger(this.store, this.vault, this.bodies);
  readonly letters: SetAside[] = [];
  readonly published: (OutgoingMessage & { topic: TopicName })[] = [];
  readonly handlers = this.openHandlers();

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
  openHandlers(): InteractionsHandlers {
    const runtime = { vault: this.vault, blobs: this.blobs, deadLetters: { put: (letter: SetAside) => Promise.resolve(String(this.letters.push(letter))) } };
    return new InteractionsHandlers(runtime, new Intake(this.db.database, this.store, new Ledger(this.store, this.vault, this.bodies)));
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
