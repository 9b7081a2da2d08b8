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

/** Arrays are unfolded in the list of columns: as a table of their own each row would be written and read once more, an eighth of the whole. */
const NEW_ITEMS = `
  INSERT INTO timeline_item AS standing
    (tenant, segment, interaction, event, revision, occurred_at, provider_sequence, type, channel, account, conversation, direction)
  SELECT $1, unnest($2::uuid[]), unnest($3::uuid[]), unnest($4::uuid[]), unnest($5::int[]), unnest($6::bigint[]), unnest($7::bigint[]),
    unnest($8::text[]), unnest($9::text[]), unnest($10::text[]), unnest($11::bytea[]), unnest($12::int[])`;

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
