import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isId } from '@throughline/contracts';
import type { KeyKind } from './key-port.contract';

const KEY_ID = /^(epoch|raw|config|slot|hash):([a-z0-9][a-z0-9_.-]*)$/;
const KEY_SUFFIX = '.key';

/**
 * Small files that several processes make, change and destroy with no lock between them: `<folder>/<tenant>/<kind>/<name>`,
 * mode 0600 in folders of mode 0700. Every change is flushed, and so are the names on the way to it.
 * The file system must know hard links (ext4, xfs, APFS, NTFS, NFS do).
 */
export class KeyFolder {
  constructor(private readonly root: string) {}

  /** Path of the key's file. TypeError where tenant or id is none: both become names of folders and files. */
  path(tenant: string, id: string): string {
    const parts = KEY_ID.exec(id);
    if (!parts) throw new TypeError(`Not a key id: ${id}`);
    return join(this.root, checkedTenant(tenant), parts[1]!, parts[2]! + KEY_SUFFIX);
  }

  async list(tenant: string, kind: KeyKind): Promise<string[]> {
    const names = await namesIn(join(this.root, checkedTenant(tenant), kind));
    const ids = names.filter((name) => name.endsWith(KEY_SUFFIX)).map((name) => `${kind}:${name.slice(0, -KEY_SUFFIX.length)}`);
    // What somebody else has put there is no key: nothing else takes its name.
    return ids.filter((id) => KEY_ID.test(id));
  }

  async tenants(): Promise<string[]> {
    return (await namesIn(this.root)).filter(isId);
  }

  read(path: string): Promise<Buffer | undefined> {
    return readFile(path).catch(unless('ENOENT'));
  }

  /**
   * Makes the file whole or not at all: written and flushed under a temporary name, then linked to its own, which succeeds
   * for exactly one maker. So a killed process keeps nobody waiting. The others' bytes are dropped.
   */
  async makeOnce(path: string, bytes: Uint8Array): Promise<void> {
    await this.makeFolder(dirname(path));
    await withTemporary(path, bytes, (temporary) => link(temporary, path).catch(unless('EEXIST')));
    await flush(dirname(path));
  }

  /** Other bytes in the place of the file's, whole or not at all. */
  async replace(path: string, bytes: Uint8Array): Promise<void> {
    await withTemporary(path, bytes, (temporary) => rename(temporary, path));
    await flush(dirname(path));
  }

  /** Overwrites these ranges (bytes) with zeros where they lie; nothing where there is no file. */
  async wipe(path: string, length: number, offsets: readonly number[]): Promise<void> {
    const file = await open(path, 'r+').catch(unless('ENOENT'));
    if (!file) return;
    try {
      for (const offset of offsets) await file.write(Buffer.alloc(length), 0, length, offset);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** Wipes the whole file before its name goes: a maker killed at the wrong moment has left a second name of it. */
  async destroy(path: string): Promise<void> {
    const bytes = await this.read(path);
    if (!bytes) return;
    await this.wipe(path, bytes.fill(0).length, [0]);
    await unlink(path).catch(unless('ENOENT'));
    await flush(dirname(path));
  }

  /** Makes the folder and flushes the names on the way to it, so that a power cut cannot lose the folder with its keys. */
  private async makeFolder(folder: string): Promise<void> {
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (made === undefined) return;
    for (let above = dirname(folder); above.length >= this.root.length; above = dirname(above)) await flush(above);
    await flush(dirname(this.root));
  }
}

function checkedTenant(tenant: string): string {
  if (!isId(tenant)) throw new TypeError('A tenant id is a UUID in lower case.');
  return tenant;
}

async function withTemporary(path: string, bytes: Uint8Array, use: (temporary: string) => Promise<unknown>): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeDurably(temporary, bytes);
    await use(temporary);
  } finally {
    await unlink(temporary).catch(unless('ENOENT'));
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function flush(folder: string): Promise<void> {
  // Windows cannot open a folder to flush it; NTFS keeps its own journal of names.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r').catch(unless('ENOENT'));
  await handle?.sync().finally(() => handle.close());
}

const namesIn = async (folder: string) => (await readdir(folder).catch(unless('ENOENT'))) ?? [];

/** Turns this one error of the file system into `undefined`; others go on. */
const unless = (code: string) => (error: NodeJS.ErrnoException) => {
  if (error.code === code) return undefined;
  throw error;
};
