export * from './runtime.contract';
