import type { BlobStore } from '@throughline/blob';
import { parseAccepted, rejected, type AcceptedInteraction } from '@throughline/contracts';
import type { TenantKeys } from '@throughline/vault';
import { openBlob } from '../door/sealed-body';

/**
 * The accepted interaction a message on `interactions` carries, from the blob store where it is large.
 * Throws `rejected` (`undecodable`, and `key-destroyed`, `unopenable`, `blob-missing` of the blob), `unavailable` where the store or the keys are away.
 */
export async function readAccepted(keys: TenantKeys, blobs: BlobStore, value: Uint8Array): Promise<AcceptedInteraction> {
  const message = parseAccepted(value);
  if (!message) throw undecodable();
  if (!('blob' in message)) return message;
  const whole = parseAccepted(await openBlob(keys, blobs, message.blob, message.id, 'epoch'));
  if (!whole || 'blob' in whole || whole.id !== message.id) throw undecodable();
  return whole;
}

const undecodable = () => rejected('undecodable', 'The message is no accepted interaction.');
