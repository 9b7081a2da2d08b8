import type { GroupOptions, Message } from '../bus.contract';
import type { BusLog } from '../bus-log';
import type { Subscriber } from '../subscriber';
import { Attendant } from './attendant';
import { FloodGate } from './flood-gate';
import type { FrameSealer } from '../frames/frame-sealer.contract';
import { ParkedKeys } from './parked-keys';
import { ParkingLot } from './parking-lot';

/** What a bus gives its groups. */
export interface ParkingParts {
  log: BusLog;
  /** Of topics on this bus. */
  prefix: string;
  sealer: FrameSealer;
}

/** The parking of a group in one member: what the reader puts aside, and who works what was put aside. */
export class GroupParking {
  readonly attendants: Subscriber[];
  private readonly keys: ParkedKeys;
  private readonly lanes: ParkedKeys | undefined;
  private readonly flood: FloodGate | undefined;

  private constructor(options: GroupOptions, { log, prefix, sealer }: ParkingParts) {
    const { parking, group, topic } = options;
    const lot = new ParkingLot(parking!, { group, topic, prefix, sealer });
    this.keys = new ParkedKeys(lot);
    this.attendants = [new Attendant({ lot, options, log, name: `parking ${prefix}${topic}:${group}` })];
    const { fairness } = parking!;
    if (!fairness) return;
    const lanes = new ParkingLot({ ...parking!, about: undefined, onChange: undefined, firstTryMs: 0 }, { group, topic, prefix, sealer, laneOf: fairness.tenantOf });
    this.lanes = new ParkedKeys(lanes);
    this.flood = new FloodGate(this.lanes, fairness, () => this.keys.assignedAnew());
    this.attendants.push(new Attendant({ lot: lanes, keys: new ParkedKeys(lot), options, log, name: `flood ${prefix}${topic}:${group}` }));
  }

  /** Undefined where the group has no parking. */
  static of(options: GroupOptions, parts: ParkingParts): GroupParking | undefined {
    return options.parking && new GroupParking(options, parts);
  }

  assignedAnew(): void {
    this.keys.assignedAnew();
    this.lanes?.assignedAnew();
  }

  /** The tenant that floods with this batch. @param more wait behind it */
  floodIn(messages: readonly Message[], more: boolean): string | undefined {
    return this.flood?.floodIn(messages, more);
  }

  /** A flooding tenant's lane comes before its parked keys: the lane may hold older messages of a key. */
  async divert(messages: readonly Message[], flooding?: string): Promise<Message[]> {
    const flooded = (await this.flood?.divert(messages, flooding)) ?? [];
    const rest = flooded.length ? messages.filter((message) => !flooded.includes(message)) : messages;
    return [...flooded, ...(await this.keys.divert(rest))];
  }

  park(error: Error, failed: Message, rest: readonly Message[]): Promise<Message[]> {
    return this.keys.park(error, failed, rest);
  }
}
