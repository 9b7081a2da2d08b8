export * from './blob.contract';
export { openBlobStore } from './open-blob-store';
export { openFileBlobStore } from './file-blob-store';
