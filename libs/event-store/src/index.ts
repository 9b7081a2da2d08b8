export * from './event-store.contract';
export { eventStore } from './event-store';
export { eventStoreMigration } from './migration';
export { subscribe, type SubscribeOptions } from './subscribe';
