import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { BlobClass, BlobStore } from '@throughline/blob';
import { BodySchema, derivedId, rejected, SealedBodySchema, type Body, type Record } from '@throughline/contracts';
import { commitment, type Sealed, type SealPurpose, type TenantKeys } from '@throughline/vault';

/** Bytes; what is over it goes to the blob store, and the event names the blob (docs/architecture.md, invariant 1). */
export const INLINE_LIMIT = 256 * 1024;

type Keys = Pick<TenantKeys, 'tenant' | 'seal'>;

/** A body's bytes as they travel, in the open. One over 256 KiB is durably in the blob store when this resolves, and a small body names it. */
export async function bodyToSend(keys: Keys, blobs: BlobStore, id: string, body: Uint8Array): Promise<Uint8Array> {
  if (body.length <= INLINE_LIMIT) return body;
  const blob = await putOnce(keys.tenant, blobs, { id, purpose: 'epoch' }, keys.seal('epoch', id, body));
  return toBinary(BodySchema, create(BodySchema, { blob }));
}

/**
 * The body of an event as it travels on the bus, from the blob store where it lies there.
 * Throws `rejected` (`key-destroyed`, `unopenable`, `blob-missing`), `unavailable` where the store or the keys are away.
 */
export async function openRecord(keys: TenantKeys, blobs: BlobStore, record: Record): Promise<Body> {
  const { envelope, body: sealed, openBody } = record;
  if (!envelope || !(sealed || openBody.length > 0)) throw rejected('unopenable', 'The record has no envelope or no body.');
  const bytes = sealed ? await keys.open(envelope.id, sealed) : openBody;
  const body = fromBinary(BodySchema, bytes);
  const whole = body.blob ? await openBlob(keys, blobs, body.blob, envelope.id, 'epoch') : bytes;
  if (!commitment(envelope.id, whole).equals(envelope.commitment)) throw rejected('unopenable', 'The body is not the one its envelope commits to.');
  return body.blob ? fromBinary(BodySchema, whole) : body;
}

/** A blob lives as long as the key that seals it. */
const CLASS: { readonly [purpose in SealPurpose]: BlobClass } = { epoch: 'transit', raw: 'raw', config: 'log' };

export interface BlobPlace {
  blob: string;
  /** What the box is bound to: the id of the event, of the dead letter, or the blob's own. */
  id: string;
  purpose: SealPurpose;
}

/** Puts content into the blob store, sealed; the blob holds a SealedBody's bytes, so it says by which key. */
export async function putSealed(keys: Keys, blobs: BlobStore, { blob, id, purpose }: BlobPlace, plain: Uint8Array): Promise<void> {
  await putBox(keys.tenant, blobs, { blob, purpose }, keys.seal(purpose, id, plain));
}

/**
 * Puts what is sealed already, in a blob that its id and its key name: who tries again and again stores it once. Of a name the first blob
 * stays, and one whose key is gone does not stand for what comes later. The blob's name.
 */
export async function putOnce(tenant: string, blobs: BlobStore, { id, purpose }: Omit<BlobPlace, 'blob'>, sealed: Sealed): Promise<string> {
  const blob = derivedId(id, sealed.keyId, 0);
  await putBox(tenant, blobs, { blob, purpose }, sealed);
  return blob;
}

async function putBox(tenant: string, blobs: BlobStore, { blob, purpose }: Omit<BlobPlace, 'id'>, sealed: Sealed): Promise<void> {
  await blobs.put(tenant, blob, toBinary(SealedBodySchema, sealedBody(sealed)), CLASS[purpose]);
}

/** Opens what `putSealed` put. Throws `rejected` (`blob-missing`) where there is no such blob. @param id what the box is bound to @param purpose as it was put */
export async function openBlob(keys: TenantKeys, blobs: BlobStore, blob: string, id: string, purpose: SealPurpose = 'raw'): Promise<Buffer> {
  const bytes = await blobs.get(keys.tenant, blob, CLASS[purpose]);
  if (!bytes) throw rejected('blob-missing', 'The blob that an event names is not in the store.');
  return keys.open(id, fromBinary(SealedBodySchema, bytes));
}

const sealedBody = ({ keyId, box }: Sealed) => create(SealedBodySchema, { keyId, box });
