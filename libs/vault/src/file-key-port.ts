import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unavailable } from '@throughline/contracts';
import { KEY_BYTES } from './box';
import type { KeyKind, KeyPort } from './key-port.contract';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const KEY_ID = /^(epoch|raw|config|slot|hash):([a-z0-9][a-z0-9_.-]*)$/;
const SUFFIX = '.key';

/**
 * Keys in files, one per key: `<folder>/<tenant>/<kind>/<name>.key`, mode 0600 in folders of mode 0700, shared by all
 * processes. There is no lock: a key is written and flushed under a temporary name and then linked to its own, which
 * succeeds for exactly one maker; the others read the winner's. So a killed process keeps nobody waiting.
 * The file system must know hard links (ext4, xfs, APFS, NTFS, NFS do).
 */
export function openFileKeyStore(folder: string): KeyPort {
  return new FileKeyPort(folder);
}

class FileKeyPort implements KeyPort {
  constructor(private readonly folder: string) {}

  get(tenant: string, id: string): Promise<Buffer | undefined> {
    return guarded(() => readKey(this.path(tenant, id)));
  }

  getOrMake(tenant: string, id: string): Promise<Buffer> {
    return guarded(async () => {
      const path = this.path(tenant, id);
      return (await readKey(path)) ?? makeKey(path, this.folder);
    });
  }

  list(tenant: string, kind: KeyKind): Promise<string[]> {
    return guarded(async () => {
      const names = await namesIn(join(this.folder, checkedTenant(tenant), kind));
      return names.filter((name) => name.endsWith(SUFFIX)).map((name) => `${kind}:${name.slice(0, -SUFFIX.length)}`);
    });
  }

  tenants(): Promise<string[]> {
    return guarded(async () => (await namesIn(this.folder)).filter((name) => UUID.test(name)));
  }

  destroy(tenant: string, id: string): Promise<void> {
    return guarded(async () => {
      const path = this.path(tenant, id);
      await unlink(path).catch(unless('ENOENT'));
      await flush(dirname(path)).catch(unless('ENOENT'));
    });
  }

  private path(tenant: string, id: string): string {
    const parts = KEY_ID.exec(id);
    if (!parts) throw new TypeError(`Not a key id: ${id}`);
    return join(this.folder, checkedTenant(tenant), parts[1]!, parts[2]! + SUFFIX);
  }
}

/** Tenant ids become folder names, so nothing else may come through. */
function checkedTenant(tenant: string): string {
  if (!UUID.test(tenant)) throw new TypeError('A tenant id is a UUID in lower case.');
  return tenant;
}

/** A file that holds something else than a key is damage, not absence: making another key would hide it. */
async function readKey(path: string): Promise<Buffer | undefined> {
  const text = await readFile(path, 'utf8').catch(unless('ENOENT'));
  if (text === undefined) return undefined;
  const key = Buffer.from(text.trim(), 'base64url');
  if (key.length !== KEY_BYTES) throw new Error(`The key file ${path} is damaged.`);
  return key;
}

async function makeKey(path: string, root: string): Promise<Buffer> {
  const folder = dirname(path);
  await makeFolder(folder, root);
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeDurably(temporary, `${randomBytes(KEY_BYTES).toString('base64url')}\n`);
    await link(temporary, path).catch(unless('EEXIST'));
  } finally {
    await unlink(temporary).catch(unless('ENOENT'));
  }
  await flush(folder);
  const key = await readKey(path);
  if (!key) throw new Error('The key vanished while it was made.');
  return key;
}

/** Makes the folder and flushes the names on the way to it, so that a power cut cannot lose the folder with its keys. */
async function makeFolder(folder: string, root: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (made === undefined) return;
  for (let above = dirname(folder); above.length >= root.length; above = dirname(above)) await flush(above);
  await flush(dirname(root));
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function flush(folder: string): Promise<void> {
  // Windows cannot open a folder to flush it; NTFS keeps its own journal of names.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const namesIn = async (folder: string) => (await readdir(folder).catch(unless('ENOENT'))) ?? [];

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
    throw unavailable('key-store-unavailable', 'The key store cannot be used.', error);
  }
}
