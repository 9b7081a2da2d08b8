export * from './blob.contract';
export { folderOf, openBlobStore } from './open-blob-store';
export { openFileBlobStore } from './file-blob-store';
