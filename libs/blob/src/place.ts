import { isId } from '@throughline/contracts';
import type { BlobClass, BlobName, ByteRange } from './blob.contract';
import type { Place, Span } from './blob-driver.contract';

export const CLASSES: readonly BlobClass[] = ['transit', 'raw', 'log', 'attachment'];

/** Names become folders, files and keys, so nothing but UUIDs and known classes may come through. */
export function placeOf({ tenant, id, kind = 'log' }: BlobName): Place {
  checkUuids(tenant, id);
  if (!CLASSES.includes(kind)) throw new TypeError('There is no such class of blobs.');
  return { tenant, kind, id };
}

export function checkUuids(...names: string[]): void {
  if (!names.every(isId)) throw new TypeError('Tenant, blob and upload are named by UUIDs in lower case.');
}

/** The range inside a blob of that size. */
export const spanOf =
  ({ start, end }: ByteRange) =>
  (bytes: number): Span => {
    const first = Math.min(Math.max(start, 0), bytes);
    return { start: first, end: Math.min(Math.max(end ?? bytes, first), bytes) };
  };
