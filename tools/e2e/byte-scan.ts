import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface Found {
  file: string;
  needle: string;
}

/** Kafka sets aside 20 MB of index for each of its 200 partitions: where no block was written there is nothing to read. */
const hasBlocks = (file: string) => statSync(file, { throwIfNoEntry: false })?.blocks !== 0;

/** Every file below a folder that takes room on the disk. */
const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(hasBlocks);

async function scanFile(file: string, needles: readonly Buffer[]): Promise<Found[]> {
  const overlap = Math.max(...needles.map((needle) => needle.length)) - 1;
  const found = new Set<string>();
  let tail: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    const block = Buffer.concat([tail, chunk]);
    for (const needle of needles) if (block.includes(needle)) found.add(needle.toString());
    tail = block.subarray(Math.max(0, block.length - overlap));
  }
  return [...found].map((needle) => ({ file, needle }));
}

/** Which of these texts lie, as UTF-8 bytes, in any file below the folder; with the number of bytes looked through. */
export async function scanFor(folder: string, texts: readonly string[]): Promise<{ files: number; found: Found[] }> {
  const needles = texts.map((text) => Buffer.from(text));
  const files = filesBelow(folder);
  const found: Found[] = [];
  for (const file of files) {
    // A server removes its files while it works: what is gone holds nothing.
    found.push(...(await scanFile(file, needles).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? [] : Promise.reject(error)))));
  }
  return { files: files.length, found };
}
