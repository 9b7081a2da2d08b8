import { rejected } from '@throughline/contracts';
import type { Message } from '../bus.contract';
import type { Fairness } from './parking.contract';
import type { ParkedKeys } from './parked-keys';

/** So many messages of one tenant in batches behind which more wait, one after the other, are a flood. */
const FLOOD = 2000;
/** Share of a batch that makes it one tenant's. */
const SHARE = 0.8;
const SAMPLE = 25;
const ALL = -1;

interface Streak {
  tenant: string;
  messages: number;
}

/**
 * Keeps one tenant's flood from holding up the others behind it: once it is one, the tenant's messages go into a lane of
 * its own in the parking lot, in order, and the reader is soon at what the others sent. The lane is worked beside the
 * reader, a batch a turn, and ends when it is empty.
 */
export class FloodGate {
  private readonly streaks = new Map<number, Streak>();

  /** @param lanes the lanes by tenant */
  constructor(
    private readonly lanes: ParkedKeys,
    private readonly fairness: Fairness,
    private readonly onLaneEnded: () => void,
  ) {}

  /** The tenant whose streak has become a flood with this batch. @param more wait behind it */
  floodIn(messages: readonly Message[], more: boolean): string | undefined {
    if (!messages[0]) return undefined;
    const { partition: first } = messages[0];
    const partition = messages.every((message) => message.partition === first) ? first : ALL;
    const tenant = more && this.fairness.several() ? this.owner(messages) : undefined;
    const streak = this.streaks.get(partition);
    this.streaks.delete(partition);
    if (tenant === undefined) return undefined;
    const total = messages.length + (streak && streak.tenant === tenant ? streak.messages : 0);
    this.streaks.set(partition, { tenant, messages: total });
    return total > (this.fairness.afterMessages ?? FLOOD) ? tenant : undefined;
  }

  /** Puts messages of flooding tenants into their lanes; gives those. @param flooding as `floodIn` found it */
  async divert(messages: readonly Message[], flooding?: string): Promise<Message[]> {
    const { ended } = this.lanes;
    const flooded = await this.lanes.divert(messages);
    if (this.lanes.ended > ended) this.onLaneEnded();
    if (flooding === undefined) return flooded;
    const [first, ...rest] = messages.filter((message) => this.fairness.tenantOf(message) === flooding && !flooded.includes(message));
    return first ? [...flooded, ...(await this.lanes.park(FLOODING, first, rest))] : flooded;
  }

  /** The tenant most of a batch belongs to, by a sample: to look into every message would cost more than it is worth. */
  private owner(messages: readonly Message[]): string | undefined {
    const step = Math.ceil(messages.length / SAMPLE);
    const sample = messages.filter((_, index) => index % step === 0).map((message) => this.fairness.tenantOf(message));
    const middle = sample.toSorted()[sample.length >> 1];
    return sample.filter((tenant) => tenant === middle).length >= sample.length * SHARE ? middle : undefined;
  }
}

const FLOODING = rejected('flood', 'The tenant sends more than is worked; it goes on in a lane of its own.');
