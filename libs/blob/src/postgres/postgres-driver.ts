import { randomUUID } from 'node:crypto';
import type { Database } from '@throughline/postgres';
import type { BlobClass, BlobInfo } from '../blob.contract';
import type { BlobDriver, Opened, Place, Span, UploadState } from '../blob-driver.contract';
import { blobMissing } from '../store-errors';
import { chunksOf, rowsOf } from './chunks';
import { PostgresUploads } from './postgres-uploads';

/** Name and content in one statement; nothing where the name is taken. */
const PUT = `
  WITH named AS (
    INSERT INTO blob (tenant, class, id, bytes, sha256, content) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT DO NOTHING RETURNING content
  )
  INSERT INTO blob_chunk (tenant, content, n, bytes)
  SELECT $1, named.content, chunk.n, chunk.bytes FROM named, unnest($7::int4[], $8::bytea[]) AS chunk (n, bytes)`;

const STAT = `
  SELECT bytes, encode(sha256, 'hex') AS sha256, content FROM blob WHERE tenant = $1 AND class = $2 AND id = $3`;

/** The name goes at once; the content is dropped bit by bit, and swept where that is cut short. */
const DELETE = `
  WITH gone AS (
    DELETE FROM blob WHERE tenant = $1 AND class = $2 AND id = $3 RETURNING content
  )
  INSERT INTO blob_upload (tenant, session, class, id, max_bytes, dropped) SELECT $1, content, $2, $3, 0, true FROM gone
  RETURNING session`;

/** Of all tenants. */
const OLD = 'SELECT tenant, id FROM blob WHERE class = $1 AND created_at < $2 ORDER BY created_at LIMIT 100';

interface BlobRow {
  bytes: string;
  sha256: string;
  content: string;
}

/** Blobs in rows, for small sites: one backup holds everything. The database is the store's own, or its schema is. */
export class PostgresDriver implements BlobDriver {
  readonly uploads: PostgresUploads;

  /** @param owned closes it with the store */
  constructor(
    private readonly database: Database,
    private readonly owned: boolean,
  ) {
    this.uploads = new PostgresUploads(database);
  }

  async put({ tenant, kind, id }: Place, bytes: Uint8Array, sha256: string): Promise<void> {
    const values = [tenant, kind, id, bytes.length, Buffer.from(sha256, 'hex'), randomUUID(), ...rowsOf(0, bytes)];
    await this.database.writer([tenant], (tx) => tx.query(PUT, values));
  }

  async stat(place: Place): Promise<BlobInfo | undefined> {
    const row = await this.row(place);
    return row && { bytes: Number(row.bytes), sha256: row.sha256 };
  }

  async open(place: Place, span: (bytes: number) => Span = (bytes) => ({ start: 0, end: bytes })): Promise<Opened | undefined> {
    const row = await this.row(place);
    if (!row) return undefined;
    const bytes = Number(row.bytes);
    const content = { tenant: place.tenant, content: row.content };
    return { bytes, sha256: row.sha256, content: chunksOf(this.database, content, span(bytes), blobMissing) };
  }

  async delete({ tenant, kind, id }: Place): Promise<void> {
    const { rows } = await this.database.writer([tenant], (tx) => tx.query<{ session: string }>(DELETE, [tenant, kind, id]));
    for (const { session } of rows) await this.uploads.drop(tenant, session);
  }

  async begin(upload: UploadState): Promise<UploadState> {
    await this.uploads.begin(upload);
    return upload;
  }

  commit(upload: UploadState, info: BlobInfo): Promise<void> {
    return this.uploads.commit(upload, info);
  }

  discard({ place, session }: UploadState): Promise<void> {
    return this.uploads.drop(place.tenant, session);
  }

  async expire(kind: BlobClass, before: Date): Promise<number> {
    for (let expired = 0; ; ) {
      const { rows } = await this.database.relay((tx) => tx.query<{ tenant: string; id: string }>(OLD, [kind, before]));
      if (rows.length === 0) return expired;
      for (const { tenant, id } of rows) await this.delete({ tenant, kind, id });
      expired += rows.length;
    }
  }

  sweep(before: Date): Promise<number> {
    return this.uploads.sweep(before);
  }

  healthy(): Promise<boolean> {
    return this.database.healthy();
  }

  close(): Promise<void> {
    return this.owned ? this.database.close() : Promise.resolve();
  }

  private async row({ tenant, kind, id }: Place): Promise<BlobRow | undefined> {
    const { rows } = await this.database.reader(tenant, (tx) => tx.query<BlobRow>(STAT, [tenant, kind, id]));
    return rows[0];
  }
}
