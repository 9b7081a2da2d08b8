export * from './bus.contract';
export type { BusLog } from './bus-log';
export { busMigration } from './embedded/bus.migration';
export { openEmbeddedBus, type EmbeddedBus, type EmbeddedBusOptions } from './embedded/embedded-bus';
export { openKafkaBus, type KafkaBusOptions } from './kafka/kafka-bus';
export { partitionOf } from './partition';
export { BUS_TRANSPORT, OnBroadcast, OnGroup, type OnGroupOptions } from './nest/bus.decorators';
export { BusStrategy, type BusStrategyOptions } from './nest/bus.strategy';
export type { FrameSealer, SealedFrame } from './frames/frame-sealer.contract';
