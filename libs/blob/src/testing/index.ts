export { blobStoreContract } from './blob-store-contract';
