import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Writes a new file under another name, flushes it and links it: it is there whole or not at all, and the first one stays.
 * False where there was one. @param temporary a folder on the same file system
 */
export async function writeOnce(path: string, temporary: string, write: (file: FileHandle) => Promise<void>): Promise<boolean> {
  const draft = join(temporary, randomUUID());
  try {
    const file = await open(draft, 'wx', 0o600);
    await write(file)
      .then(() => file.sync())
      .finally(() => file.close());
    const first = await link(draft, path).then(() => true, unless('EEXIST'));
    await flush(dirname(path));
    return first ?? false;
  } finally {
    await unlink(draft).catch(unless('ENOENT'));
  }
}

/** Makes the folder and flushes the names on the way to it, so that a power cut cannot lose the folder with its files. */
export async function makeFolder(folder: string, root: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (made === undefined) return;
  for (let above = dirname(folder); above.length >= root.length; above = dirname(above)) await flush(above);
  await flush(dirname(root));
}

export async function flush(folder: string): Promise<void> {
  // Windows cannot open a folder to flush it; NTFS keeps its own journal of names.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

/** The names in a folder; none where there is no folder. */
export const namesIn = async (folder: string) => (await readdir(folder).catch(unless('ENOENT'))) ?? [];

/** Turns this one error of the file system into `undefined`; others go on. */
export const unless = (code: string) => (error: NodeJS.ErrnoException) => {
  if (error.code === code) return undefined;
  throw error;
};
