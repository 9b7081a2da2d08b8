import { formatPosition, type Position } from '@throughline/contracts';
import { PARKED_CHANNEL } from '@throughline/bus';
import type { EventStore } from '@throughline/event-store';
import type { Database, Tx } from '@throughline/postgres';

/** What became of an interaction that was met: the log holds it, or it waits on a parked key and says why. */
export interface SeenInteraction {
  interactionId: string;
  account: string;
  customerId?: string;
  position?: string;
  /** Of a parked one, in words without personal data. */
  reason?: string;
}

interface SeenRow {
  interaction: string;
  event: string;
  account: string;
  customer: string;
}

interface Waiter {
  tenant: string;
  id: string;
  resolve: (seen: SeenInteraction | undefined) => void;
  reject: (error: unknown) => void;
}

const POLL_MS = 1000;

/** Answers what became of an interaction, and lets callers wait until it is there. Woken by the log; a poll is the fallback. */
export class InteractionWatch {
  private readonly waiters = new Set<Waiter>();
  private looking: Promise<void> | undefined;
  private again = false;
  private listening: { close(): Promise<void> }[] = [];
  private poll: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly database: Pick<Database, 'reader' | 'listen'>,
    private readonly store: Pick<EventStore, 'known'>,
  ) {}

  async open(): Promise<void> {
    this.listening = await Promise.all(['log', PARKED_CHANNEL].map((channel) => this.database.listen(channel, () => this.wake())));
  }

  /** Ends every wait, and lets nobody wait any more. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.poll);
    for (const waiter of this.waiters) this.settle(waiter, undefined);
    await Promise.all(this.listening.map((listening) => listening.close()));
  }

  /** @param waitMs how long to wait for it; undefined where it has not come by then */
  async see(tenant: string, id: string, waitMs: number): Promise<SeenInteraction | undefined> {
    const seen = (await this.find(tenant, [id])).get(id);
    return seen ?? (waitMs > 0 && !this.closed ? this.wait(tenant, id, waitMs) : undefined);
  }

  private wait(tenant: string, id: string, waitMs: number): Promise<SeenInteraction | undefined> {
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => this.settle(waiter, undefined), waitMs);
      const ended = <T>(end: (value: T) => void) => (value: T) => (clearTimeout(deadline), end(value));
      const waiter: Waiter = { tenant, id, resolve: ended(resolve), reject: ended(reject) };
      this.waiters.add(waiter);
      // It may have come between the first look and now.
      this.wake();
    });
  }

  private settle(waiter: Waiter, seen: SeenInteraction | undefined): void {
    if (this.waiters.delete(waiter)) waiter.resolve(seen);
  }

  /** One look at a time, for all who wait; what comes meanwhile asks for another. */
  private wake(): void {
    this.again = true;
    this.looking ??= this.look().finally(() => {
      this.looking = undefined;
      this.schedule();
    });
  }

  private schedule(): void {
    clearTimeout(this.poll);
    if (this.again) this.wake();
    else if (this.waiters.size > 0) this.poll = setTimeout(() => this.wake(), POLL_MS);
  }

  private async look(): Promise<void> {
    this.again = false;
    for (const [tenant, waiters] of Map.groupBy(this.waiters, (waiter) => waiter.tenant)) {
      try {
        const found = await this.find(tenant, waiters.map(({ id }) => id));
        for (const waiter of waiters) if (found.has(waiter.id)) this.settle(waiter, found.get(waiter.id));
      } catch (error) {
        for (const waiter of waiters) if (this.waiters.delete(waiter)) waiter.reject(error);
      }
    }
  }

  private async find(tenant: string, ids: readonly string[]): Promise<Map<string, SeenInteraction>> {
    return this.database.reader(tenant, async (tx) => {
      const { rows } = await tx.query<SeenRow>({
        name: 'interactions-seen',
        text: `SELECT i.interaction, i.event, i.account, s.customer FROM timeline_item i
               CROSS JOIN LATERAL (SELECT customer FROM segment WHERE tenant = $1 AND segment = i.segment LIMIT 1) s
               WHERE i.tenant = $1 AND i.interaction = ANY ($2::uuid[])`,
        values: [tenant, ids],
      });
      const missing = ids.filter((id) => !rows.some((row) => row.interaction === id));
      const parked = missing.length > 0 ? await findParked(tx, tenant, missing) : [];
      if (rows.length === 0) return new Map(parked);
      const known = await this.store.known(tx, tenant, rows.map((row) => row.event));
      return new Map([...rows.map((row) => [row.interaction, seenInteraction(row, known.get(row.event)!.position)] as const), ...parked]);
    });
  }
}

interface ParkedRow {
  interaction: string;
  account: string;
  reason: string;
}

async function findParked(tx: Tx, tenant: string, ids: readonly string[]): Promise<[string, SeenInteraction][]> {
  const { rows } = await tx.query<ParkedRow>({
    name: 'interactions-parked',
    text: `SELECT m.subject AS interaction, m.account, k.error || ': ' || k.reason AS reason
           FROM parked_message m JOIN parked_key k ON k.id = m.lot WHERE m.subject = ANY ($2::text[]) AND m.tenant = $1`,
    values: [tenant, ids],
  });
  return rows.map(({ interaction, account, reason }) => [interaction, { interactionId: interaction, account, reason }]);
}

const seenInteraction = ({ interaction, account, customer }: SeenRow, position: Position): SeenInteraction => ({
  interactionId: interaction,
  account,
  customerId: customer,
  position: formatPosition(position),
});
