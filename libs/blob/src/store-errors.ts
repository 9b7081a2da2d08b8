import { isRejected, rejected, unavailable } from '@throughline/contracts';

/** Runs a driver's work: what it refuses passes, whatever else goes wrong is `unavailable` (`blob-store-unavailable`). */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storeError(error);
  }
}

/** The same for what a driver gives bit by bit. */
export async function* guardedStream<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* source;
  } catch (error) {
    throw storeError(error);
  }
}

function storeError(error: unknown): unknown {
  if (isRejected(error)) return error;
  return unavailable('blob-store-unavailable', 'The blob store cannot be used.', error);
}

export const tooLarge = (maxBytes: number) => rejected('blob-too-large', `More than ${maxBytes} bytes.`, { status: 413 });
export const hashMismatch = () => rejected('blob-hash-mismatch', 'The bytes are not those of the SHA-256 given.');
export const uploadUnknown = () => rejected('blob-upload-unknown', 'There is no such upload any more.', { status: 404 });
export const blobMissing = () => rejected('blob-missing', 'The blob was deleted while it was read.', { status: 404 });
export const partDiffers = () => rejected('blob-part-differs', 'The part that is there already has other bytes.', { status: 409 });
export const outOfOrder = (offset: number) => rejected('blob-part-out-of-order', `The next part begins at ${offset}.`, { status: 409 });
export const partSize = () => rejected('blob-part-size', 'Every part but the last has the size the upload says.');
