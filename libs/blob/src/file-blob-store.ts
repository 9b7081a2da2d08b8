import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unavailable } from '@throughline/contracts';
import type { BlobStore } from './blob.contract';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Blobs in files: `<folder>/<tenant>/<first two digits of the id>/<id>`, mode 0600 in folders of mode 0700. */
export function openFileBlobStore(folder: string): BlobStore {
  return new FileBlobStore(folder);
}

class FileBlobStore implements BlobStore {
  constructor(private readonly folder: string) {}

  put(tenant: string, id: string, bytes: Uint8Array): Promise<void> {
    return guarded(async () => {
      const path = this.path(tenant, id);
      await makeFolder(dirname(path), this.folder);
      await writeOnce(path, bytes);
    });
  }

  get(tenant: string, id: string): Promise<Buffer | undefined> {
    return guarded(() => readFile(this.path(tenant, id)).catch(unless('ENOENT')));
  }

  delete(tenant: string, id: string): Promise<void> {
    return guarded(async () => {
      const path = this.path(tenant, id);
      await unlink(path).catch(unless('ENOENT'));
      await flush(dirname(path)).catch(unless('ENOENT'));
    });
  }

  async healthy(): Promise<boolean> {
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await access(this.folder, constants.R_OK | constants.W_OK | constants.X_OK);
      return true;
    } catch {
      return false;
    }
  }

  /** Tenants and ids become names of folders and files, so nothing but UUIDs may come through. */
  private path(tenant: string, id: string): string {
    if (!UUID.test(tenant) || !UUID.test(id)) throw new TypeError('Tenant and blob are named by UUIDs in lower case.');
    return join(this.folder, tenant, id.slice(0, 2), id);
  }
}

/** Written and flushed under another name first, then linked: the blob is there whole or not at all, and the first one stays. */
async function writeOnce(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    await file
      .writeFile(bytes)
      .then(() => file.sync())
      .finally(() => file.close());
    await link(temporary, path).catch(unless('EEXIST'));
  } finally {
    await unlink(temporary).catch(unless('ENOENT'));
  }
  await flush(dirname(path));
}

/** Makes the folder and flushes the names on the way to it, so that a power cut cannot lose the folder with its blobs. */
async function makeFolder(folder: string, root: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (made === undefined) return;
  for (let above = dirname(folder); above.length >= root.length; above = dirname(above)) await flush(above);
  await flush(dirname(root));
}

async function flush(folder: string): Promise<void> {
  // Windows cannot open a folder to flush it; NTFS keeps its own journal of names.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

/** Turns this one error of the file system into `undefined`; others go on. */
const unless = (code: string) => (error: NodeJS.ErrnoException) => {
  if (error.code === code) return undefined;
  throw error;
};

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TypeError) throw error;
    throw unavailable('blob-store-unavailable', 'The blob store cannot be used.', error);
  }
}
