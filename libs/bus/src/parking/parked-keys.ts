import type { Message } from '../bus.contract';
import type { ParkingLot } from './parking-lot';

/**
 * What one member knows of the parked keys: a set in memory, read anew with every assignment, so that nothing is asked
 * while nothing is parked. A key is parked by the owner of its partition alone, so the set may hold a key that is live
 * again (the lot then takes no message of it) but never misses one.
 */
export class ParkedKeys {
  private keys = new Set<string>();
  private loading: Promise<void> | undefined;
  private fresh = false;

  constructor(private readonly lot: ParkingLot) {}

  /** Partitions were assigned anew: another member may have parked keys of them. */
  assignedAnew(): void {
    this.fresh = false;
  }

  /** Puts messages of parked keys into the lot; gives those. */
  async divert(messages: readonly Message[]): Promise<Message[]> {
    await this.load();
    if (this.keys.size === 0) return [];
    const waiting = messages.filter(({ key }) => this.keys.has(nameOf(key)));
    if (waiting.length === 0) return [];
    const held = new Set((await this.lot.append(waiting)).map(nameOf));
    for (const { key } of waiting) if (!held.has(nameOf(key))) this.keys.delete(nameOf(key));
    return waiting.filter(({ key }) => held.has(nameOf(key)));
  }

  /** Parks the key of a message that failed; what follows on the key goes with it. Gives all that wait now. */
  async park(error: Error, failed: Message, rest: readonly Message[]): Promise<Message[]> {
    const waiting = [failed, ...rest.filter(({ key }) => key.equals(failed.key))];
    // Before it is durable: where the answer is lost, a key too many in the set does no harm.
    this.keys.add(nameOf(failed.key));
    await this.lot.park(error, waiting);
    return waiting;
  }

  private async load(): Promise<void> {
    while (this.loading || !this.fresh) await (this.loading ??= this.loadOnce().finally(() => (this.loading = undefined)));
  }

  private async loadOnce(): Promise<void> {
    this.fresh = true;
    const before = this.keys;
    this.keys = new Set();
    try {
      for (const key of await this.lot.keys()) this.keys.add(nameOf(key));
    } catch (error) {
      this.fresh = false;
      for (const key of before) this.keys.add(key);
      throw error;
    }
  }
}

const nameOf = (key: Buffer) => key.toString('latin1');
