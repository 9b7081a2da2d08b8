import { open, type FileHandle } from 'node:fs/promises';
import type { BlobInfo } from '../blob.contract';
import type { Span } from '../blob-driver.contract';
import { unless } from './durable-files';

/** A file of ours ends with the SHA-256 of what stands before it: one link makes content and sum visible at once. */
const SUM_BYTES = 32;
const READ_BYTES = 256 * 1024;

export async function writeSummed(file: FileHandle, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, sha256: string): Promise<void> {
  for await (const bytes of content) await file.writeFile(bytes);
  await file.writeFile(Buffer.from(sha256, 'hex'));
}

/** Size and sum; undefined where there is no such file. */
export async function infoOf(path: string): Promise<BlobInfo | undefined> {
  const file = await open(path, 'r').catch(unless('ENOENT'));
  return file && info(file).finally(() => file.close());
}

/** The file, ready to be read: its content closes it. */
export async function openSummed(path: string, spanOf: (bytes: number) => Span): Promise<(BlobInfo & { content: AsyncIterable<Buffer> }) | undefined> {
  const file = await open(path, 'r').catch(unless('ENOENT'));
  if (!file) return undefined;
  try {
    const known = await info(file);
    return { ...known, content: contentOf(file, spanOf(known.bytes)) };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function info(file: FileHandle): Promise<BlobInfo> {
  const bytes = (await file.stat()).size - SUM_BYTES;
  if (bytes < 0) throw new Error('the file is shorter than its sum');
  const { buffer } = await file.read(Buffer.alloc(SUM_BYTES), 0, SUM_BYTES, bytes);
  return { bytes, sha256: buffer.toString('hex') };
}

async function* contentOf(file: FileHandle, { start, end }: Span): AsyncGenerator<Buffer> {
  try {
    for (let at = start; at < end; ) {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(Math.min(READ_BYTES, end - at)), { position: at });
      if (bytesRead === 0) throw new Error('the file ends before its end');
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
