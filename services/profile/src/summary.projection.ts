import { byteaArray, int8Array, textArray, uuidArray, type Tx } from '@throughline/postgres';
import { isTimelineItem, NOTHING_TOLD, type AppendedEvent } from './appended-event';
import { writePointer } from './trait-pointer';
import { foldTraits, TRAIT_NAMES, type Told } from './traits';

interface SummaryRow {
  segment: string;
  channel: string;
  account: string;
  count: number;
  lastAt: bigint;
  /** The last word of each trait. */
  told: Told;
}

const NO_POINTER = Buffer.alloc(0);

const TOLD = TRAIT_NAMES.map((trait) => `told_${trait}`);

const WRITE_SUMMARIES = `
  INSERT INTO segment_summary AS standing (tenant, segment, channel, account, count, last_at, ${TOLD.join(', ')})
  SELECT $1, unnest($2::uuid[]), unnest($3::text[]), unnest($4::text[]), unnest($5::bigint[]), unnest($6::bigint[]), ${TOLD.map((_, index) => `unnest($${index + 7}::bytea[])`).join(', ')}
  ON CONFLICT (tenant, segment, channel, account) DO UPDATE SET count = standing.count + excluded.count, last_at = greatest(standing.last_at, excluded.last_at),
    ${TOLD.map((column) => `${column} = greatest(standing.${column}, excluded.${column})`).join(', ')}`;

/**
 * Interactions per segment, channel and account, with the time of the last and which event tells each trait. A revision is no further
 * interaction. A later word wins, whatever the order of arrival; what it says stays in the event, sealed.
 */
export async function projectSummaries(tx: Tx, tenant: string, events: readonly AppendedEvent[]): Promise<void> {
  const rows = [...foldSummaries(events).values()];
  if (rows.length === 0) return;
  await tx.query({
    name: 'write-segment-summaries',
    text: WRITE_SUMMARIES,
    values: [
      tenant,
      uuidArray(rows.map((row) => row.segment)),
      textArray(rows.map((row) => row.channel)),
      textArray(rows.map((row) => row.account)),
      int8Array(rows.map((row) => row.count)),
      int8Array(rows.map((row) => row.lastAt)),
      ...TRAIT_NAMES.map((trait) => byteaArray(rows.map(({ told }) => (told[trait] ? writePointer(told[trait]) : NO_POINTER)))),
    ],
  });
}

function foldSummaries(events: readonly AppendedEvent[]): Map<string, SummaryRow> {
  const rows = new Map<string, SummaryRow>();
  for (const { segment, envelope, told } of events.filter(isTimelineItem)) {
    const { channel, account, occurredAt, revises } = envelope;
    // No two rows have one name: a segment's id is as long as any other's.
    const name = `${segment}${channel.length}|${channel}${account}`;
    let row = rows.get(name);
    if (!row) rows.set(name, (row = { segment, channel, account, count: 0, lastAt: occurredAt, told: {} }));
    row.count += revises ? 0 : 1;
    if (occurredAt > row.lastAt) row.lastAt = occurredAt;
    if (told !== NOTHING_TOLD) row.told = foldTraits(row.told, told);
  }
  return rows;
}
