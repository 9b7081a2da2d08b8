import type { Tx } from '@throughline/postgres';
import { answersOf, type AppendRow } from './append-answer';
import { AppendCall } from './append-call';
import { AppendGroup } from './append-group';
import type { AppendOutcome, AppendResult, Expectation, NewEvent } from './event-store.contract';

const COLUMNS = 'generation, xid::text, first_n, recorded_at, versions, taken, refused, nth';
const PARAMETERS = Array.from({ length: 21 }, (_, index) => `$${index + 1}`).join(', ');

/** The tenants come first: null in the transaction of a caller, whose tenants are set. */
const APPEND = { name: 'append_events', text: `SELECT ${COLUMNS} FROM append_events(${PARAMETERS})` };

export function append(tx: Tx, events: readonly NewEvent[]): Promise<AppendOutcome[]>;
export function append(tx: Tx, events: readonly NewEvent[], expected: readonly Expectation[]): Promise<AppendResult>;
/** Appends in one round trip. */
export async function append(tx: Tx, events: readonly NewEvent[], expected: readonly Expectation[] = []): Promise<AppendResult> {
  if (events.length === 0) return [];
  const group = new AppendGroup([new AppendCall(events, expected)]);
  const { rows } = await tx.query<AppendRow>({ ...APPEND, values: [null, ...group.parameters()] });
  return answersOf(group, rows[0]!)[0]!;
}

/** The statement that appends a group in a transaction of its own. */
export const groupStatement = (tenants: Iterable<string>, group: AppendGroup) => ({
  ...APPEND,
  values: [`{${[...tenants].join(',')}}`, ...group.parameters()],
});
