import type { GroupOptions } from '../bus.contract';
import type { BusLog } from '../bus-log';
import { Attendant } from './attendant';
import { ParkedKeys } from './parked-keys';
import { ParkingLot } from './parking-lot';

/** The two sides of a group's parking in one member: what the reader asks, and who tries parked keys again. */
export interface GroupParking {
  keys: ParkedKeys;
  attendant: Attendant;
}

/** Undefined where the group has no parking. */
export function groupParking(options: GroupOptions, log: BusLog, prefix: string): GroupParking | undefined {
  if (!options.parking) return undefined;
  const lot = new ParkingLot(options.parking, { group: options.group, topic: options.topic, prefix });
  return { keys: new ParkedKeys(lot), attendant: new Attendant({ lot, options, log, prefix }) };
}
