import type { BlobStore } from '@throughline/blob';
import { notFound, ThroughlineError } from '@throughline/contracts';
import { openBlob } from '@throughline/platform';
import type { Vault } from '@throughline/vault';
import { validate as isUuid } from 'uuid';
import type { DeadLetterDecisions, Decision } from './dead-letter-decisions';
import type { DeadLetterTable, DeadLetterWithRaw } from './dead-letter-table';

/** The raw input's time is over (its key, or its blob, is destroyed). */
const OVER = new Set(['key-destroyed', 'blob-missing']);

/** Looks into what was set aside. */
export class DeadLetters {
  constructor(
    readonly table: DeadLetterTable,
    readonly decisions: DeadLetterDecisions,
    private readonly vault: Pick<Vault, 'forTenant'>,
    private readonly blobs: BlobStore,
  ) {}

  /** Throws 404. */
  async get(tenant: string, id: string): Promise<DeadLetterWithRaw> {
    const found = isUuid(id) ? await this.table.get(tenant, id) : undefined;
    if (!found) throw notFound('not-found', 'There is no such dead letter.');
    return found;
  }

  /** Decides, and gives the letter as it is then. Throws as `DeadLetterDecisions.decide`. */
  async decide(tenant: string, id: string, decision: Decision): Promise<DeadLetterWithRaw> {
    if (!isUuid(id)) throw notFound('not-found', 'There is no such dead letter.');
    await this.decisions.decide(tenant, id, decision);
    return this.get(tenant, id);
  }

  /** The raw input, opened; null once its time is over, or where nothing was kept. */
  async raw(letter: DeadLetterWithRaw): Promise<Buffer | null> {
    try {
      return await this.open(letter);
    } catch (error) {
      if (error instanceof ThroughlineError && OVER.has(error.slug)) return null;
      throw error;
    }
  }

  private async open({ tenant, id, raw, raw_key_id: keyId, raw_blob: blob }: DeadLetterWithRaw): Promise<Buffer | null> {
    const keys = await this.vault.forTenant(tenant);
    if (blob) return openBlob(keys, this.blobs, blob, id);
    return keyId ? keys.open(id, { keyId, box: raw }) : null;
  }
}
