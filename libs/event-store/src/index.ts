export * from './event-store.contract';
export * from './appender.contract';
export { openAppender } from './appender';
export { eventStore } from './event-store';
export { eventStoreMigration } from './migration';
export { subscribe, type SubscribeOptions } from './subscribe';
export { startGeneration } from './start-generation';
