import { fileURLToPath } from 'node:url';
import { rejected } from '@throughline/contracts';
import { migrate, openDatabase, type Database } from '@throughline/postgres';
import type { BlobStreams } from './blob.contract';
import { DrivenBlobStore } from './driven-blob-store';
import { FileDriver } from './files/file-driver';
import { BLOB_SCHEMA, blobMigrations } from './postgres/blob.migration';
import { PostgresDriver } from './postgres/postgres-driver';
import { S3Driver } from './s3/s3-driver';
import { connectS3, s3OptionsOf, type S3Options } from './s3/s3-options';

const DRIVERS: Record<string, (url: string) => BlobStreams | Promise<BlobStreams>> = {
  file: (url) => openFileBlobStore(folderOf(url)),
  postgres: openOwnDatabase,
  postgresql: openOwnDatabase,
  s3: (url) => openS3BlobStore(s3OptionsOf(url)),
};

/** The folder that `file:<folder>` names as it is written, or `file:///<folder>` as an address (`%20` is a space). */
export const folderOf = (url: string) => (url.startsWith('file://') ? fileURLToPath(url) : url.slice('file:'.length));

/**
 * Opens the store that BLOB_URL names: `file:<folder>` or `file:///<folder>`; `postgres://<login of the service "blob">`, whose
 * schema is brought up to date; `s3://<bucket>/<prefix>?...` (`s3OptionsOf`). Throws `rejected` (`configuration`) where no driver
 * knows the address, and `unavailable` where the database is not there; files and buckets are first touched when they are used.
 */
export async function openBlobStore(url: string): Promise<BlobStreams> {
  const scheme = /^([a-z][a-z0-9+.-]*):./i.exec(url)?.[1]?.toLowerCase() ?? '';
  const driver = DRIVERS[scheme];
  if (!driver) throw rejected('configuration', `BLOB_URL must begin with one of: ${Object.keys(DRIVERS).join(', ')}.`);
  return driver(url);
}

export const openFileBlobStore = (folder: string): BlobStreams => new DrivenBlobStore(new FileDriver(folder));

/** In a database whose schema `blobMigrations` made. Its owner closes it. */
export const openPostgresBlobStore = (database: Database): BlobStreams => new DrivenBlobStore(new PostgresDriver(database, false));

export const openS3BlobStore = async (options: S3Options): Promise<BlobStreams> =>
  new DrivenBlobStore(new S3Driver(await connectS3(options), options));

async function openOwnDatabase(url: string): Promise<BlobStreams> {
  await migrate(url, BLOB_SCHEMA, blobMigrations);
  return new DrivenBlobStore(new PostgresDriver(openDatabase({ url, service: BLOB_SCHEMA }), true));
}
