import type { BlobStore } from '@throughline/blob';
import type { Message } from '@throughline/bus';
import { isRejected, parseAccepted, rejected } from '@throughline/contracts';
import { eventOf, readAccepted } from '@throughline/platform';
import { randomSalt, type TenantKeys, type Vault } from '@throughline/vault';
import type { OpenInteraction } from './intake';

/** What cannot be opened, and will not be later either. */
export interface Unopenable {
  tenant: string;
  id: string;
  account: string;
  raw: Uint8Array;
  detail: string;
}

/** Messages of one tenant, in their order. */
export interface OpenedPart {
  keys: TenantKeys;
  interactions: OpenInteraction[];
  unopenable: Unopenable[];
}

/** Bytes of bodies held open at once: a few messages may be as large as all others together. */
const PART_BYTES = 4 * 1024 * 1024;

/** The messages of a batch by their tenants. Throws `rejected` (`undecodable`) where one names none. */
export const byTenant = (batch: readonly Message[]): Map<string, Message[]> => Map.groupBy(batch, tenantOf);

function tenantOf({ tenant }: Message): string {
  if (!tenant) throw rejected('undecodable', 'The message names no tenant.');
  return tenant;
}

/**
 * Makes events of a tenant's messages, a part at a time: a batch may name more than fits into memory.
 * Throws `rejected` (`undecodable`) for what is no accepted interaction, `unavailable` where keys or blobs are away.
 */
export async function* openParts(vault: Pick<Vault, 'forTenant'>, blobs: BlobStore, tenant: string, messages: readonly Message[]): AsyncGenerator<OpenedPart> {
  const keys = await vault.forTenant(tenant);
  let part: OpenedPart = { keys, interactions: [], unopenable: [] };
  let bytes = 0;
  for (const message of messages) {
    if (bytes >= PART_BYTES) {
      yield part;
      part = { keys, interactions: [], unopenable: [] };
      bytes = 0;
    }
    const opened = await open(keys, blobs, message);
    if ('raw' in opened) part.unopenable.push(opened);
    else part.interactions.push(opened);
    bytes += 'raw' in opened ? opened.raw.length : opened.plain.length;
  }
  yield part;
}

async function open(keys: TenantKeys, blobs: BlobStore, { key, value }: Message): Promise<OpenInteraction | Unopenable> {
  try {
    const accepted = await readAccepted(keys, blobs, value);
    return { accepted, ...eventOf(accepted, { keys, key, salt: randomSalt(16) }) };
  } catch (error) {
    const named = parseAccepted(value);
    if (!named || !isRejected(error)) throw error;
    return { tenant: keys.tenant, id: named.id, account: named.account, raw: value, detail: error.message };
  }
}
