import { tenantWall, type Migration } from '@throughline/postgres';

/** The schema whose owner the blob store in PostgreSQL is. */
export const BLOB_SCHEMA = 'blob';

/**
 * Blobs as rows of 256 KiB. A name (`blob`) points to its content, so a blob is seen whole or not at all by one row; content
 * without a name belongs to a row of `blob_upload`, unfinished or `dropped`, and so is found by the sweeper after any crash.
 * The relay role sees names and uploads of all tenants (to expire and sweep), never content.
 */
export const blobMigrations: readonly Migration[] = [
  {
    name: '1764230400000Blobs',
    sql: `
      CREATE TABLE blob (
        tenant uuid NOT NULL,
        class text NOT NULL,
        id uuid NOT NULL,
        bytes bigint NOT NULL,
        sha256 bytea NOT NULL,
        content uuid NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant, class, id)
      );
      CREATE INDEX blob_age ON blob (class, created_at);
      CREATE TABLE blob_chunk (
        tenant uuid NOT NULL,
        content uuid NOT NULL,
        n integer NOT NULL,
        bytes bytea NOT NULL,
        PRIMARY KEY (tenant, content, n)
      );
      -- What is sealed does not compress, and trying costs time.
      ALTER TABLE blob_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL;
      CREATE TABLE blob_upload (
        tenant uuid NOT NULL,
        session uuid NOT NULL,
        class text NOT NULL,
        id uuid NOT NULL,
        max_bytes bigint NOT NULL,
        sha256 bytea,
        dropped boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant, session)
      );
      CREATE TABLE blob_part (
        tenant uuid NOT NULL,
        session uuid NOT NULL,
        n integer NOT NULL,
        bytes integer NOT NULL,
        sha256 bytea NOT NULL,
        PRIMARY KEY (tenant, session, n)
      );
      ${tenantWall(BLOB_SCHEMA, 'blob', { relay: true })}
      ${tenantWall(BLOB_SCHEMA, 'blob_chunk')}
      ${tenantWall(BLOB_SCHEMA, 'blob_upload', { relay: true })}
      ${tenantWall(BLOB_SCHEMA, 'blob_part')}`,
  },
];
