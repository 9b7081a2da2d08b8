export type { BusBench } from './bench';
export { busConformance } from './conformance';
export { Inbox } from './inbox';
