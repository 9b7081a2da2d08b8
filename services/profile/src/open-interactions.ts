import { fromBinary, toBinary } from '@bufbuild/protobuf';
import type { BlobStore } from '@throughline/blob';
import type { Message } from '@throughline/bus';
import { BodySchema, RecordSchema, rejected, ThroughlineError, type Envelope, type Record } from '@throughline/contracts';
import { upcastBody } from '@throughline/event-store';
import { openRecord } from '@throughline/platform';
import type { TenantKeys, Vault } from '@throughline/vault';
import type { OpenInteraction } from './intake';

/** What cannot be opened, and will not be later either. */
export interface Unopenable {
  envelope: Envelope;
  raw: Uint8Array;
  detail: string;
}

/** Messages of one tenant, in their order. */
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

/** Bytes of bodies held open at once: a few messages may be as large as all others together. */
const PART_BYTES = 16 * 1024 * 1024;

/**
 * Opens a batch off the bus, tenant by tenant and a part at a time: a batch may name more than fits into memory.
 * Throws `rejected` (`undecodable`) for what is no record, `unavailable` where keys or blobs are away.
 */
export async function* openBatch(vault: Pick<Vault, 'forTenant'>, blobs: BlobStore, batch: readonly Message[]): AsyncGenerator<OpenedBatch> {
  const tenants = Map.groupBy(batch.map(decode), ({ envelope }) => envelope.tenant);
  for (const [tenant, received] of tenants) yield* openAll(await vault.forTenant(tenant), blobs, received);
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

async function* openAll(keys: TenantKeys, blobs: BlobStore, received: readonly Received[]): AsyncGenerator<OpenedBatch> {
  let part: OpenedBatch = { keys, interactions: [], unopenable: [] };
  let bytes = 0;
  for (const one of received) {
    if (bytes >= PART_BYTES) {
      yield part;
      part = { keys, interactions: [], unopenable: [] };
      bytes = 0;
    }
    const opened = await open(keys, blobs, one);
    if ('raw' in opened) part.unopenable.push(opened);
    else part.interactions.push(opened);
    bytes += 'raw' in opened ? opened.raw.length : opened.plain.length;
  }
  yield part;
}

async function open(keys: TenantKeys, blobs: BlobStore, { message, record, envelope }: Received): Promise<OpenInteraction | Unopenable> {
  try {
    const body = await openRecord(keys, blobs, record);
    // A body comes off the bus as protobuf-es wrote it, so writing it again gives the bytes it is committed to.
    const plain = toBinary(BodySchema, body);
    // The log keeps what was written; only what reads it sees the current version.
    return { envelope, body: upcastBody(envelope, body), plain, digest: record.digest, revisable: message.headers.revisable !== undefined };
  } catch (error) {
    if (error instanceof ThroughlineError && error.kind === 'rejected') return { envelope, raw: message.value, detail: error.message };
    throw error;
  }
}
