export * from './blob.contract';
export { expireBlobs } from './lifetimes';
export { folderOf, openBlobStore, openFileBlobStore, openPostgresBlobStore, openS3BlobStore } from './open-blob-store';
export { BLOB_SCHEMA, blobMigrations } from './postgres/blob.migration';
export type { S3Options } from './s3/s3-options';
export { openRange, openStream, plainSize, sealedSize, sealStream, type OpenTerms, type ReadSealed, type SealTerms } from './sealed-stream';
