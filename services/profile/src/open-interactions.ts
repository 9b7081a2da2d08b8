import { fromBinary, toBinary } from '@bufbuild/protobuf';
import type { BlobStore } from '@throughline/blob';
import type { Message } from '@throughline/bus';
import { BodySchema, RecordSchema, rejected, ThroughlineError, type Envelope, type Record } from '@throughline/contracts';
import { openRecord } from '@throughline/platform';
import type { TenantKeys, Vault } from '@throughline/vault';
import type { OpenInteraction } from './intake';

/** What cannot be opened, and will not be later either. */
export interface Unopenable {
  envelope: Envelope;
  raw: Uint8Array;
  detail: string;
}

/** The messages of one tenant, in their order. */
export interface OpenedBatch {
  keys: TenantKeys;
  interactions: OpenInteraction[];
  unopenable: Unopenable[];
}

interface Received {
  message: Message;
  record: Record;
  envelope: Envelope;
}

/** Opens a batch off the bus. Throws `rejected` (`undecodable`) for what is no record, `unavailable` where keys or blobs are away. */
export async function openBatch(vault: Pick<Vault, 'forTenant'>, blobs: BlobStore, batch: readonly Message[]): Promise<OpenedBatch[]> {
  const tenants = Map.groupBy(batch.map(decode), ({ envelope }) => envelope.tenant);
  return Promise.all(Array.from(tenants, async ([tenant, received]) => openAll(await vault.forTenant(tenant), blobs, received)));
}

function decode(message: Message): Received {
  try {
    const record = fromBinary(RecordSchema, message.value);
    if (record.envelope) return { message, record, envelope: record.envelope };
  } catch (cause) {
    throw rejected('undecodable', 'The message is no record.', { cause });
  }
  throw rejected('undecodable', 'The record has no envelope.');
}

async function openAll(keys: TenantKeys, blobs: BlobStore, received: readonly Received[]): Promise<OpenedBatch> {
  const opened = await Promise.all(received.map((one) => open(keys, blobs, one)));
  return {
    keys,
    interactions: opened.filter((one) => 'plain' in one),
    unopenable: opened.filter((one) => 'raw' in one),
  };
}

async function open(keys: TenantKeys, blobs: BlobStore, { message, record, envelope }: Received): Promise<OpenInteraction | Unopenable> {
  try {
    const body = await openRecord(keys, blobs, record);
    // A body comes off the bus as protobuf-es wrote it, so writing it again gives the bytes it is committed to.
    const plain = toBinary(BodySchema, body);
    return { envelope, body, plain, digest: record.digest, revisable: message.headers.revisable !== undefined };
  } catch (error) {
    if (error instanceof ThroughlineError && error.kind === 'rejected') return { envelope, raw: message.value, detail: error.message };
    throw error;
  }
}
