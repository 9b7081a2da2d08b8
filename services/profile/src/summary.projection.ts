import type { Tx } from '@throughline/postgres';
import type { SegmentKey } from '@throughline/vault';
import { isTimelineItem, type AppendedEvent } from './appended-event';
import { foldTraits, traitsOf, type Traits } from './traits';

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
      rows.map((row) => row.segment),
      rows.map((row) => row.channel),
      rows.map((row) => row.account),
      rows.map((row) => row.count),
      rows.map((row) => String(row.lastAt)),
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

/** What the sealed traits of a segment are bound to. */
const traitsBinding = (segment: string) => `${segment}/traits`;

/** Counts each segment's events and folds its traits. The segments' streams are locked by the append, so nobody folds beside us. */
export async function projectProfiles(
  tx: Tx,
  tenant: string,
  segmentKeys: ReadonlyMap<string, SegmentKey>,
  events: readonly AppendedEvent[],
): Promise<void> {
  const counts = new Map<string, number>();
  for (const { segment } of events) counts.set(segment, (counts.get(segment) ?? 0) + 1);
  const traits = await foldIn(tx, tenant, segmentKeys, traitsBySegment(events));
  const segments = [...counts.keys()];
  await tx.query({
    name: 'write-segment-profiles',
    text: `INSERT INTO segment_profile AS standing (tenant, segment, events, traits)
           SELECT $1, r.* FROM unnest($2::uuid[], $3::bigint[], $4::bytea[]) AS r
           ON CONFLICT (tenant, segment) DO UPDATE
           SET events = standing.events + excluded.events, traits = coalesce(excluded.traits, standing.traits)`,
    values: [tenant, segments, segments.map((segment) => counts.get(segment)), segments.map((segment) => traits.get(segment) ?? null)],
  });
}

function traitsBySegment(events: readonly AppendedEvent[]): Map<string, Traits> {
  const folded = new Map<string, Traits>();
  for (const { segment, envelope, body } of events) {
    const told = body ? traitsOf(envelope, body) : {};
    if (Object.keys(told).length > 0) folded.set(segment, foldTraits(folded.get(segment) ?? {}, told));
  }
  return folded;
}

/** The segments' traits with the new ones folded in, sealed. */
async function foldIn(
  tx: Tx,
  tenant: string,
  segmentKeys: ReadonlyMap<string, SegmentKey>,
  told: ReadonlyMap<string, Traits>,
): Promise<Map<string, Uint8Array>> {
  if (told.size === 0) return new Map();
  const { rows } = await tx.query<{ segment: string; traits: Buffer }>({
    name: 'traits-of-segments',
    text: 'SELECT segment, traits FROM segment_profile WHERE tenant = $1 AND segment = ANY ($2::uuid[]) AND traits IS NOT NULL',
    values: [tenant, [...told.keys()]],
  });
  const standing = new Map(rows.map((row) => [row.segment, openTraits(row.segment, row.traits, segmentKeys.get(row.segment))]));
  return new Map(
    [...told].flatMap(([segment, traits]): [string, Uint8Array][] => {
      const key = segmentKeys.get(segment);
      const folded = foldTraits(standing.get(segment) ?? {}, traits);
      return key ? [[segment, key.seal(traitsBinding(segment), Buffer.from(JSON.stringify(folded))).box]] : [];
    }),
  );
}

/** Empty where the key is gone. */
export function openTraits(segment: string, box: Uint8Array | null, key: SegmentKey | undefined): Traits {
  return key && box ? (JSON.parse(key.open(traitsBinding(segment), box).toString('utf8')) as Traits) : {};
}
