export * from './adapter.contract';
