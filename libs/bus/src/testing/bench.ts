import type { Bus, BatchHandler, GroupOptions, OutgoingMessage } from '../bus.contract';
import type { Parking } from '../parking/parking.contract';

/** A bus on topics of its own, as the conformance suite needs it for each test. */
export interface BusBench {
  bus: Bus;
  /** The same topics, as another process sees them. */
  another(): Promise<Bus>;
  /** A parking lot, the same for all members, whose keys are tried again soon. */
  parking(more?: Partial<Parking>): Parking;
  /** Lets the members that work now die without closing, where the driver's test can do that. */
  kill?(): Promise<void>;
  /** Closes every bus it opened and removes the topics. */
  close(): Promise<void>;
}

export type CurrentBench = () => BusBench;

/** All of one tenant, so that what waits is framed together. */
export const TENANT = '5b6f0a4e-57a7-4a0e-9c64-3c2f3f2c7d11';

export const text = (key: string, value: string): OutgoingMessage => ({ key: Buffer.from(key), value: Buffer.from(value), tenant: TENANT });

export const texts = (count: number, prefix = 'm') => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

/** Options of a group on `interactions` that expects nothing to be rejected. */
export const groupOf = (group: string, handle: BatchHandler, more: Partial<GroupOptions> = {}): GroupOptions => ({
  topic: 'interactions',
  group,
  handle,
  onRejected: async (_, error) => {
    throw error;
  },
  ...more,
});
