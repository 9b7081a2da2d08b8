export * from './event-store.contract';
export { eventStore } from './event-store';
export { eventStoreMigration } from './migration';
export { subscribe, type SubscribeOptions } from './subscribe';
export { rebuildReadModels } from './rebuild';
export { throughGate } from './rebuild-gate';
export type { Projector, RebuildOptions, RebuildPhase, RebuildProgress } from './rebuild.contract';
export { WakeUp } from './wake-up';
