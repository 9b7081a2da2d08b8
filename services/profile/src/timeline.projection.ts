import { byteaArray, int4Array, int8Array, textArray, uuidArray, type Tx } from '@throughline/postgres';
import { isTimelineItem, type AppendedEvent } from './appended-event';

interface ItemRow {
  /** That of its first version: a revision that names another identity leaves it where it is. */
  segment: string;
  event: AppendedEvent;
  interaction: string;
  /** Versions after the first. */
  revisions: number;
}

const interactionOf = ({ envelope }: AppendedEvent) => envelope.revises || envelope.id;

/** Of an interaction's versions the latest by the timeline's order is shown; at the same moment the one accepted last. */
function supersedes({ envelope: newer }: AppendedEvent, { envelope: older }: AppendedEvent): boolean {
  if (newer.occurredAt !== older.occurredAt) return newer.occurredAt > older.occurredAt;
  return newer.providerSequence >= older.providerSequence;
}

function itemRows(events: readonly AppendedEvent[]): ItemRow[] {
  const rows = new Map<string, ItemRow>();
  for (const event of events.filter(isTimelineItem)) {
    const interaction = interactionOf(event);
    const revisions = event.envelope.revises ? 1 : 0;
    const row = rows.get(interaction);
    if (!row) rows.set(interaction, { segment: event.segment, event, interaction, revisions });
    else rows.set(interaction, { ...row, revisions: row.revisions + revisions, event: supersedes(event, row.event) ? event : row.event });
  }
  return [...rows.values()];
}

const NEW_ITEMS = `
  INSERT INTO timeline_item AS standing
    (tenant, segment, interaction, event, revision, occurred_at, provider_sequence, type, channel, account, conversation, direction)
  SELECT $1, r.* FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::int[], $6::bigint[], $7::bigint[],
    $8::text[], $9::text[], $10::text[], $11::bytea[], $12::int[]) AS r`;

const REVISED_ITEMS = `${NEW_ITEMS}
  ON CONFLICT (tenant, interaction) DO UPDATE SET
    revision = standing.revision + excluded.revision,
    (event, occurred_at, provider_sequence, type, channel, account, conversation, direction) = (
      SELECT v.event, v.occurred_at, v.provider_sequence, v.type, v.channel, v.account, v.conversation, v.direction FROM (VALUES
        (1, standing.event, standing.occurred_at, standing.provider_sequence, standing.type, standing.channel, standing.account, standing.conversation, standing.direction),
        (2, excluded.event, excluded.occurred_at, excluded.provider_sequence, excluded.type, excluded.channel, excluded.account, excluded.conversation, excluded.direction)
      ) AS v(came, event, occurred_at, provider_sequence, type, channel, account, conversation, direction)
      ORDER BY v.occurred_at DESC, v.provider_sequence DESC, v.came DESC LIMIT 1)`;

/** The items of the timeline: interactions and what the business asked to be sent. An interaction stands before its revisions, so one that comes alone is new. */
export async function projectTimeline(tx: Tx, tenant: string, events: readonly AppendedEvent[]): Promise<void> {
  const rows = itemRows(events);
  await Promise.all([
    write(tx, tenant, { name: 'new-timeline-items', text: NEW_ITEMS }, rows.filter((row) => row.revisions === 0)),
    write(tx, tenant, { name: 'revised-timeline-items', text: REVISED_ITEMS }, rows.filter((row) => row.revisions > 0)),
  ]);
}

async function write(tx: Tx, tenant: string, statement: { name: string; text: string }, rows: readonly ItemRow[]): Promise<void> {
  if (rows.length === 0) return;
  const column = <T>(of: (row: ItemRow) => T) => rows.map(of);
  await tx.query({
    ...statement,
    values: [
      tenant,
      uuidArray(column((row) => row.segment)),
      uuidArray(column((row) => row.interaction)),
      uuidArray(column((row) => row.event.envelope.id)),
      int4Array(column((row) => row.revisions)),
      int8Array(column((row) => row.event.envelope.occurredAt)),
      int8Array(column((row) => row.event.envelope.providerSequence)),
      textArray(column((row) => row.event.envelope.type)),
      textArray(column((row) => row.event.envelope.channel)),
      textArray(column((row) => row.event.envelope.account)),
      byteaArray(column((row) => row.event.envelope.conversation)),
      int4Array(column((row) => row.event.envelope.direction)),
    ],
  });
}
