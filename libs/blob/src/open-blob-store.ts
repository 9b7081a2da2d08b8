import { fileURLToPath } from 'node:url';
import type { BlobStore } from './blob.contract';
import { openFileBlobStore } from './file-blob-store';

const DRIVERS: Record<string, (url: URL) => BlobStore> = {
  'file:': (url) => openFileBlobStore(fileURLToPath(url)),
};

/** Opens the store that BLOB_URL names: `file:///<folder>`. Throws at once where no driver knows the scheme. */
export function openBlobStore(url: string): BlobStore {
  const parsed = URL.parse(url);
  const driver = parsed && DRIVERS[parsed.protocol];
  if (!driver) throw new Error(`BLOB_URL must begin with one of: ${Object.keys(DRIVERS).map((scheme) => `${scheme}//`).join(', ')}`);
  return driver(parsed);
}
