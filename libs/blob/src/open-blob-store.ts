import { fileURLToPath } from 'node:url';
import type { BlobStore } from './blob.contract';
import { openFileBlobStore } from './file-blob-store';

const DRIVERS: Record<string, (url: string) => BlobStore> = {
  file: (url) => openFileBlobStore(folderOf(url)),
};

/** The folder that `file:<folder>` names as it is written, or `file:///<folder>` as an address (`%20` is a space). */
export const folderOf = (url: string) => (url.startsWith('file://') ? fileURLToPath(url) : url.slice('file:'.length));

/** Opens the store that BLOB_URL names: `file:<folder>` or `file:///<folder>`. Throws at once where no driver knows the scheme. */
export function openBlobStore(url: string): BlobStore {
  const scheme = /^([a-z][a-z0-9+.-]*):./i.exec(url)?.[1]?.toLowerCase() ?? '';
  const driver = DRIVERS[scheme];
  if (!driver) throw new Error(`BLOB_URL must begin with one of: ${Object.keys(DRIVERS).join(', ')}.`);
  return driver(url);
}
