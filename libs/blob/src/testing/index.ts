export { blobStoreContract } from './blob-store-contract';
export { blobStreamsContract } from './blob-streams-contract';
export { blobUploadsContract } from './blob-uploads-contract';
export { blobFaultsContract } from './blob-faults-contract';
export { blobOutageContract } from './blob-outage-contract';
export { startWriter, type BlobPlace, type Network } from './blob-store-under-test';
export { cutOffProxy } from './cut-off-proxy';
