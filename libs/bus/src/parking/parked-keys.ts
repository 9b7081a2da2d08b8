import type { Message } from '../bus.contract';
import type { ParkingLot } from './parking-lot';

/**
 * What one member knows of the parked keys: in memory, read anew with every assignment, so that nothing is asked
 * while nothing is parked. A key is parked by the owner of its partition alone, so it may take for parked what is live
 * again (the lot then takes no message of it) but never the other way round: with each name goes when it was put there, and
 * an answer takes away only what was there when it was asked for (a lane is worked by several batches at a time).
 */
export class ParkedKeys {
  private keys = new Map<string, symbol>();
  private loading: Promise<void> | undefined;
  private fresh = false;
  /** How many keys it has found live again. */
  ended = 0;

  constructor(private readonly lot: ParkingLot) {}

  /** Partitions were assigned anew: another member may have parked keys of them. */
  assignedAnew(): void {
    this.fresh = false;
  }

  /** Puts messages of parked keys into the lot; gives those. */
  async divert(messages: readonly Message[]): Promise<Message[]> {
    await this.load();
    if (this.keys.size === 0) return [];
    const waiting = messages.map((message) => ({ message, name: this.nameOf(message) })).filter(({ name }) => this.keys.has(name));
    if (waiting.length === 0) return [];
    const asked = new Map(waiting.map(({ name }) => [name, this.keys.get(name)]));
    const held = new Set((await this.lot.append(waiting.map(({ message }) => message))).map(textOf));
    for (const [name, put] of asked) if (!held.has(name)) this.endOf(name, put);
    return waiting.filter(({ name }) => held.has(name)).map(({ message }) => message);
  }

  /** Parks the key of a message that failed; what follows on the key goes with it. Gives all that wait now. */
  async park(error: Error, failed: Message, rest: readonly Message[]): Promise<Message[]> {
    const name = this.nameOf(failed);
    const waiting = [failed, ...rest.filter((message) => this.nameOf(message) === name)];
    // Before it is durable: where the answer is lost, a key too many does no harm.
    this.keys.set(name, Symbol());
    try {
      await this.lot.park(error, waiting);
    } finally {
      // Another batch may have read the keys anew meanwhile, or been told that it was not there.
      this.keys.set(name, Symbol());
    }
    return waiting;
  }

  private endOf(name: string, put: symbol | undefined): void {
    if (this.keys.get(name) !== put) return;
    this.keys.delete(name);
    this.ended += 1;
  }

  private async load(): Promise<void> {
    while (this.loading || !this.fresh) await (this.loading ??= this.loadOnce().finally(() => (this.loading = undefined)));
  }

  private async loadOnce(): Promise<void> {
    this.fresh = true;
    const before = this.keys;
    this.keys = new Map();
    try {
      for (const key of await this.lot.keys()) this.keys.set(textOf(key), Symbol());
    } catch (error) {
      this.fresh = false;
      for (const [name, put] of before) this.keys.set(name, put);
      throw error;
    }
  }

  /** No lane has the empty name. */
  private nameOf(message: Message): string {
    const lane = this.lot.laneOf(message);
    return lane ? textOf(lane) : '';
  }
}

const textOf = (lane: Buffer) => `=${lane.toString('latin1')}`;
