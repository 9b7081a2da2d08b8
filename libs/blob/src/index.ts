export * from './blob.contract';
