import type { Database } from '@throughline/postgres';
import type { BlobClass, BlobInfo } from '../blob.contract';
import type { Part, UploadParts, UploadState } from '../blob-driver.contract';
import { partDiffers, uploadUnknown } from '../store-errors';
import { chunksOf, deleteSome, rowsOf } from './chunks';
import { ADD, BEGIN, DROP, FIND, FORGET, FORGET_PARTS, LOCK, NAME, OLD, PART, PARTS, SUM } from './uploads.sql';

interface TermsRow {
  kind: BlobClass;
  id: string;
  max_bytes: string;
  sha256: string | null;
}

/** Unfinished uploads, and content that is on its way out. */
export class PostgresUploads implements UploadParts {
  constructor(private readonly database: Database) {}

  async begin({ place: { tenant, kind, id }, session, maxBytes, sha256 }: UploadState): Promise<void> {
    // A limit of "none" is no bigint.
    const limit = Math.min(Math.floor(maxBytes), Number.MAX_SAFE_INTEGER);
    const values = [tenant, session, kind, id, limit, sha256 === undefined ? null : Buffer.from(sha256, 'hex')];
    await this.database.writer([tenant], (tx) => tx.query(BEGIN, values));
  }

  find(tenant: string, session: string): Promise<UploadState | undefined> {
    return this.database.reader(tenant, async (tx) => {
      const [terms] = (await tx.query<TermsRow>(FIND, [tenant, session])).rows;
      if (!terms) return undefined;
      const { rows: parts } = await tx.query<{ bytes: number; sha256: string }>(PARTS, [tenant, session]);
      const place = { tenant, kind: terms.kind, id: terms.id };
      return { session, place, maxBytes: Number(terms.max_bytes), sha256: terms.sha256 ?? undefined, parts };
    });
  }

  async add({ place: { tenant }, session, parts }: UploadState, bytes: Uint8Array, sha256: string): Promise<Part> {
    const n = parts.length;
    const values = [tenant, session, n, bytes.length, Buffer.from(sha256, 'hex'), ...rowsOf(n, bytes)];
    const kept = await this.database.writer([tenant], async (tx) => {
      await tx.query(ADD, values);
      return (await tx.query<{ bytes: number; sha256: string }>(PART, [tenant, session, n])).rows[0];
    });
    if (!kept) throw uploadUnknown();
    return kept;
  }

  readBack({ place: { tenant }, session, parts }: UploadState): AsyncIterable<Buffer> {
    const end = parts.reduce((sum, { bytes }) => sum + bytes, 0);
    return chunksOf(this.database, { tenant, content: session }, { start: 0, end }, uploadUnknown);
  }

  async commit({ place: { tenant, kind, id }, session }: UploadState, { bytes, sha256 }: BlobInfo): Promise<void> {
    const first = await this.database.writer([tenant], async (tx) => {
      if ((await tx.query(LOCK, [tenant, session])).rowCount === 0) throw uploadUnknown();
      const { rows } = await tx.query<{ bytes: string }>(SUM, [tenant, session]);
      // Another process went on with the upload: what was summed here is not all of it.
      if (Number(rows[0]?.bytes) !== bytes) throw partDiffers();
      const { rowCount } = await tx.query(NAME, [tenant, kind, id, bytes, Buffer.from(sha256, 'hex'), session]);
      if (!rowCount) return false;
      await tx.query(FORGET_PARTS, [tenant, session]);
      await tx.query(FORGET, [tenant, session]);
      return true;
    });
    if (!first) await this.drop(tenant, session);
  }

  /** Marked first, so that nobody goes on with it, then emptied bit by bit; the row goes last, so what is cut short is swept. */
  async drop(tenant: string, session: string): Promise<void> {
    const { rowCount } = await this.database.writer([tenant], (tx) => tx.query(DROP, [tenant, session]));
    if (!rowCount) return;
    while (await this.database.writer([tenant], (tx) => deleteSome(tx, tenant, session)));
    await this.database.writer([tenant], async (tx) => {
      await tx.query(FORGET_PARTS, [tenant, session]);
      await tx.query(FORGET, [tenant, session]);
    });
  }

  async sweep(before: Date): Promise<number> {
    for (let swept = 0; ; ) {
      const { rows } = await this.database.relay((tx) => tx.query<{ tenant: string; session: string }>(OLD, [before]));
      if (rows.length === 0) return swept;
      for (const { tenant, session } of rows) await this.drop(tenant, session);
      swept += rows.length;
    }
  }
}
