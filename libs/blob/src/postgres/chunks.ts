import { byteaArray, int4Array, type Database, type Tx } from '@throughline/postgres';
import { PART_BYTES, type Span } from '../blob-driver.contract';

/** Bytes of a row. 32 of them make a part. */
const CHUNK_BYTES = 256 * 1024;
const CHUNKS_IN_PART = PART_BYTES / CHUNK_BYTES;
/** Rows that one transaction reads (2 MiB) or deletes (16 MiB): nothing waits long, and no transaction is open while a reader is slow. */
const READ_ROWS = 8;
const DELETE_ROWS = 64;

/** The parameters of `unnest($::int4[], $::bytea[])`: a part's rows. */
export function rowsOf(part: number, bytes: Uint8Array): [Buffer, Buffer] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) chunks.push(bytes.subarray(at, at + CHUNK_BYTES));
  return [int4Array(chunks.map((_, index) => part * CHUNKS_IN_PART + index)), byteaArray(chunks)];
}

/** Whose content, and which. */
export interface Content {
  tenant: string;
  content: string;
}

const READ = 'SELECT bytes FROM blob_chunk WHERE tenant = $1 AND content = $2 AND n >= $3 AND n < $4 ORDER BY n';

/** A span of a content, a few rows at a time. @param missing what is thrown where rows are gone */
export async function* chunksOf(database: Database, { tenant, content }: Content, { start, end }: Span, missing: () => Error): AsyncGenerator<Buffer> {
  const last = Math.ceil(end / CHUNK_BYTES);
  for (let n = Math.floor(start / CHUNK_BYTES); n < last; n += READ_ROWS) {
    const values = [tenant, content, n, Math.min(n + READ_ROWS, last)];
    // As text, so twice as long on the way: pg 8.23 reads every field as UTF-8, in binary mode too (pg-protocol, parser.js).
    const { rows } = await database.reader(tenant, (tx) => tx.query<{ bytes: Buffer }>(READ, values));
    if (rows.length !== Math.min(READ_ROWS, last - n)) throw missing();
    for (const [index, { bytes }] of rows.entries()) {
      const at = (n + index) * CHUNK_BYTES;
      yield bytes.subarray(Math.max(start - at, 0), end - at);
    }
  }
}

const DELETE = `
  DELETE FROM blob_chunk WHERE tenant = $1 AND content = $2 AND n IN (
    SELECT n FROM blob_chunk WHERE tenant = $1 AND content = $2 ORDER BY n LIMIT ${DELETE_ROWS})`;

/** True where there may be more. */
export async function deleteSome(tx: Tx, tenant: string, content: string): Promise<boolean> {
  const { rowCount } = await tx.query(DELETE, [tenant, content]);
  return rowCount === DELETE_ROWS;
}
