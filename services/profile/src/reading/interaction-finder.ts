import { formatPosition, type Position } from '@throughline/contracts';
import type { EventStore } from '@throughline/event-store';
import type { Database } from '@throughline/postgres';

/** What became of an interaction that was met: the log holds it, or it waits on a parked key and says why. */
export interface SeenInteraction {
  interactionId: string;
  account: string;
  customerId?: string;
  position?: string;
  /** Of a parked one, in words without personal data. */
  reason?: string;
}

interface AppliedRow {
  interaction: string;
  event: string;
  account: string;
  customer: string;
}

interface ParkedRow {
  interaction: string;
  event: null;
  account: string;
  reason: string;
}

/** LATERAL: each is looked up by its whole key, whatever the planner knows of a young table. */
const SEEN = `
  SELECT i.interaction::text, i.event, i.account, s.customer, NULL AS reason FROM timeline_item i
  CROSS JOIN LATERAL (SELECT customer FROM segment WHERE tenant = $1 AND segment = i.segment LIMIT 1) s
  WHERE i.tenant = $1 AND i.interaction = ANY ($2::uuid[])
  UNION ALL
  SELECT m.subject, NULL, m.account, NULL, k.error || ': ' || k.reason
  FROM parked_message m JOIN parked_key k ON k.id = m.lot WHERE m.subject = ANY ($2::text[]) AND m.tenant = $1`;

/** Finds by their ids the interactions that the log holds or that wait on a parked key. */
export class InteractionFinder {
  constructor(
    private readonly database: Pick<Database, 'reader'>,
    private readonly store: Pick<EventStore, 'known'>,
  ) {}

  /** @param ids lower case @returns by id; what was not met is left out. What is in the log has been applied, whatever of it is parked. */
  async find(tenant: string, ids: readonly string[]): Promise<Map<string, SeenInteraction>> {
    return this.database.reader(tenant, async (tx) => {
      const { rows } = await tx.query<AppliedRow | ParkedRow>({ name: 'interactions-seen', text: SEEN, values: [tenant, ids] });
      const applied = rows.filter(isApplied);
      const known = applied.length > 0 ? await this.store.known(tx, tenant, applied.map(({ event }) => event)) : undefined;
      const seen = [...rows.filter(isParked).map(parkedInteraction), ...applied.map((row) => appliedInteraction(row, known!.get(row.event)!.position))];
      return new Map(seen.map((one) => [one.interactionId, one]));
    });
  }
}

const isApplied = (row: AppliedRow | ParkedRow): row is AppliedRow => row.event !== null;
const isParked = (row: AppliedRow | ParkedRow): row is ParkedRow => row.event === null;

const appliedInteraction = ({ interaction, account, customer }: AppliedRow, position: Position): SeenInteraction => ({
  interactionId: interaction,
  account,
  customerId: customer,
  position: formatPosition(position),
});

const parkedInteraction = ({ interaction, account, reason }: ParkedRow): SeenInteraction => ({ interactionId: interaction, account, reason });
