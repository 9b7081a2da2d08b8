import { fileURLToPath } from 'node:url';
import type { BlobStore } from './blob.contract';
import { openFileBlobStore } from './file-blob-store';

const DRIVERS: Record<string, (url: string) => BlobStore> = {
  // `file:<folder>` names a folder as it is written; only `file://` is an address with escapes in it.
  file: (url) => openFileBlobStore(url.startsWith('file://') ? fileURLToPath(url) : url.slice('file:'.length)),
};

/** Opens the store that BLOB_URL names: `file:<folder>` or `file:///<folder>`. Throws at once where no driver knows the scheme. */
export function openBlobStore(url: string): BlobStore {
  const scheme = /^([a-z][a-z0-9+.-]*):./i.exec(url)?.[1]?.toLowerCase() ?? '';
  const driver = DRIVERS[scheme];
  if (!driver) throw new Error(`BLOB_URL must begin with one of: ${Object.keys(DRIVERS).join(', ')}.`);
  return driver(url);
}
