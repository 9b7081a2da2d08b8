import type { TenantKeys } from '@throughline/vault';
import type { Intake, OpenInteraction, Taken } from './intake';

/** Interactions of one transaction at most, but at least those of one call. */
const MOST = 1_000;
/** Transactions of one tenant at the same time: while one waits for the disk the other is made. */
const FLIGHTS = 2;

interface Call {
  interactions: readonly OpenInteraction[];
  resolve: (taken: Taken) => void;
  reject: (error: unknown) => void;
}

interface Queue {
  calls: Call[];
  flights: number;
}

/**
 * Joins the batches of several partitions that wait into one transaction per tenant: a partition alone brings a few
 * interactions, and each transaction costs a dozen round trips. Paced by what is in flight, never by a timer. Where a joined
 * transaction fails every caller hears of it, and tries its own messages alone.
 */
export class JoinedIntake {
  private readonly queues = new Map<string, Queue>();

  constructor(private readonly intake: Pick<Intake, 'take'>) {}

  /** As `Intake.take`: resolves when they are durable and readable. */
  take(keys: TenantKeys, interactions: readonly OpenInteraction[]): Promise<Taken> {
    return new Promise((resolve, reject) => {
      const queue = this.queues.get(keys.tenant) ?? { calls: [], flights: 0 };
      this.queues.set(keys.tenant, queue);
      queue.calls.push({ interactions, resolve, reject });
      if (queue.flights < FLIGHTS) void this.fly(keys, queue);
    });
  }

  private async fly(keys: TenantKeys, queue: Queue): Promise<void> {
    queue.flights += 1;
    // The callers of this turn of the event loop go together.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.calls.length > 0) await this.takeTogether(keys, next(queue));
    queue.flights -= 1;
    if (queue.flights === 0) this.queues.delete(keys.tenant);
  }

  private async takeTogether(keys: TenantKeys, calls: readonly Call[]): Promise<void> {
    try {
      const taken = await this.intake.take(keys, calls.flatMap(({ interactions }) => interactions));
      for (const call of calls) call.resolve(partOf(taken, call.interactions));
    } catch (error) {
      for (const call of calls) call.reject(error);
    }
  }
}

function next({ calls }: Queue): Call[] {
  let count = 0;
  const tooMuch = calls.findIndex(({ interactions }) => (count += interactions.length) > MOST);
  return calls.splice(0, tooMuch === -1 ? calls.length : Math.max(tooMuch, 1));
}

/** What concerns this call's own interactions. */
function partOf({ conflicts, refused }: Taken, own: readonly OpenInteraction[]): Taken {
  if (conflicts.length === 0 && refused.length === 0) return { conflicts, refused };
  const mine = new Set(own);
  return { conflicts: conflicts.filter((one) => mine.has(one)), refused: refused.filter((one) => mine.has(one)) };
}
