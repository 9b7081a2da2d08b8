import { createHash, hash } from 'node:crypto';
import { hashMismatch } from './store-errors';

export const sha256Of = (bytes: Uint8Array) => hash('sha256', bytes, 'hex');

export async function sha256OfAll(source: AsyncIterable<Uint8Array>): Promise<string> {
  const sum = createHash('sha256');
  for await (const bytes of source) sum.update(bytes);
  return sum.digest('hex');
}

/** The same bytes; throws at their end where they are not those of the SHA-256. */
export async function* checkedContent(source: AsyncIterable<Buffer>, sha256: string): AsyncGenerator<Buffer> {
  const sum = createHash('sha256');
  for await (const bytes of source) {
    sum.update(bytes);
    yield bytes;
  }
  if (sum.digest('hex') !== sha256) throw hashMismatch();
}
