import { int8Array, textArray, uuidArray, type Tx } from '@throughline/postgres';
import { isTimelineItem, type AppendedEvent } from './appended-event';
import type { TraitPointer } from './trait-values';
import { isLater, TRAIT_NAMES } from './traits';

interface SummaryRow {
  segment: string;
  channel: string;
  account: string;
  count: number;
  lastAt: bigint;
}

/** Interactions per segment, channel and account, with the time of the last. A revision is no further interaction. */
export async function projectSummaries(tx: Tx, tenant: string, events: readonly AppendedEvent[]): Promise<void> {
  const rows = [...foldSummaries(events).values()];
  if (rows.length === 0) return;
  await tx.query({
    name: 'write-segment-summaries',
    text: `INSERT INTO segment_summary AS standing (tenant, segment, channel, account, count, last_at)
           SELECT $1, r.* FROM unnest($2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::bigint[]) AS r
           ON CONFLICT (tenant, segment, channel, account) DO UPDATE
           SET count = standing.count + excluded.count, last_at = greatest(standing.last_at, excluded.last_at)`,
    values: [
      tenant,
      uuidArray(rows.map((row) => row.segment)),
      textArray(rows.map((row) => row.channel)),
      textArray(rows.map((row) => row.account)),
      int8Array(rows.map((row) => row.count)),
      int8Array(rows.map((row) => row.lastAt)),
    ],
  });
}

function foldSummaries(events: readonly AppendedEvent[]): Map<string, SummaryRow> {
  const rows = new Map<string, SummaryRow>();
  for (const { segment, envelope } of events.filter(isTimelineItem)) {
    const { channel, account, occurredAt, revises } = envelope;
    const name = JSON.stringify([segment, channel, account]);
    const row = rows.get(name) ?? { segment, channel, account, count: 0, lastAt: occurredAt };
    row.count += revises ? 0 : 1;
    if (occurredAt > row.lastAt) row.lastAt = occurredAt;
    rows.set(name, row);
  }
  return rows;
}

/** Which event tells each trait of a segment; a later word wins, whatever the order of arrival. What it says stays in the event, sealed. */
export async function projectTraits(tx: Tx, tenant: string, events: readonly AppendedEvent[]): Promise<void> {
  const rows = [...latestTraits(events).values()];
  if (rows.length === 0) return;
  await tx.query({
    name: 'write-segment-traits',
    text: `INSERT INTO segment_trait AS standing (tenant, segment, trait, event, at, sequence)
           SELECT $1, r.* FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::bigint[], $6::bigint[]) AS r
           ON CONFLICT (tenant, segment, trait) DO UPDATE SET event = excluded.event, at = excluded.at, sequence = excluded.sequence
           WHERE (excluded.at, excluded.sequence, excluded.event) > (standing.at, standing.sequence, standing.event)`,
    values: [
      tenant,
      uuidArray(rows.map((row) => row.segment)),
      textArray(rows.map((row) => row.trait)),
      uuidArray(rows.map((row) => row.source)),
      int8Array(rows.map((row) => row.at)),
      int8Array(rows.map((row) => row.sequence)),
    ],
  });
}

function latestTraits(events: readonly AppendedEvent[]): Map<string, TraitPointer> {
  const latest = new Map<string, TraitPointer>();
  for (const { segment, told } of events) {
    for (const trait of TRAIT_NAMES) {
      const name = `${segment}|${trait}`;
      const said = told[trait];
      if (said && isLater(said, latest.get(name))) latest.set(name, { ...said, trait, segment });
    }
  }
  return latest;
}
