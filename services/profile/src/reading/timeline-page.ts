import type { Tx } from '@throughline/postgres';

/** A place in a timeline: its sort key (docs/architecture.md, invariant 3). */
export interface TimelineKey {
  /** Unix ms. */
  occurredAt: string;
  sequence: string;
  interaction: string;
}

export interface TimelineRow extends TimelineKey {
  event: string;
  revision: number;
}

export interface PageRequest {
  tenant: string;
  segments: readonly string[];
  order: 'asc' | 'desc';
  /** Where the page begins, the key itself left out; undefined at the timeline's own beginning. */
  from: TimelineKey | undefined;
  /** `previous`: the rows that stand before `from`. */
  turn: 'next' | 'previous';
  limit: number;
  filter: TimelineFilter;
}

/** Undefined lets everything pass. Times are Unix ms: `from` inclusive, `to` exclusive. */
export interface TimelineFilter {
  channel?: string;
  type?: string;
  conversations?: readonly Buffer[];
  from?: number;
  to?: number;
}

export interface TimelinePage {
  rows: TimelineRow[];
  /** Are there rows beyond the page's end, and before its beginning? */
  hasNext: boolean;
  hasPrevious: boolean;
}

/** Each segment's rows come in order from the covering index; PostgreSQL takes a page from each and merges them. */
export async function readPage(tx: Tx, request: PageRequest): Promise<TimelinePage> {
  const { limit, turn, from, order } = request;
  const forward = turn === 'next';
  const direction = (order === 'asc') === forward ? 'ASC' : 'DESC';
  const { text, values } = pageStatement(request, direction);
  const { rows } = await tx.query<TimelineRow>(text, values);
  const more = rows.length > limit;
  const page = rows.slice(0, limit);
  if (forward) return { rows: page, hasNext: more, hasPrevious: from !== undefined };
  return { rows: page.reverse(), hasNext: true, hasPrevious: more };
}

function pageStatement({ tenant, segments, from, limit, filter }: PageRequest, direction: 'ASC' | 'DESC') {
  const values: unknown[] = [tenant, segments, limit + 1];
  const param = (value: unknown, type: string) => `$${values.push(value)}::${type}`;
  const conditions = ['t.tenant = $1', 't.segment = s.segment', ...filterConditions(filter, param)];
  if (from) {
    const key = [param(from.occurredAt, 'bigint'), param(from.sequence, 'bigint'), param(from.interaction, 'uuid')];
    conditions.push(`(t.occurred_at, t.provider_sequence, t.interaction) ${direction === 'ASC' ? '>' : '<'} (${key.join(', ')})`);
  }
  const ordered = (table: string) => ['occurred_at', 'provider_sequence', 'interaction'].map((column) => `${table}.${column} ${direction}`).join(', ');
  const text = `
    SELECT i.occurred_at::text AS "occurredAt", i.provider_sequence::text AS sequence, i.interaction, i.event, i.revision
    FROM unnest($2::uuid[]) AS s(segment) CROSS JOIN LATERAL (
      SELECT t.occurred_at, t.provider_sequence, t.interaction, t.event, t.revision FROM timeline_item t
      WHERE ${conditions.join(' AND ')} ORDER BY ${ordered('t')} LIMIT $3
    ) i ORDER BY ${ordered('i')} LIMIT $3`;
  return { text, values };
}

function filterConditions(filter: TimelineFilter, param: (value: unknown, type: string) => string): string[] {
  const conditions: string[] = [];
  if (filter.channel !== undefined) conditions.push(`t.channel = ${param(filter.channel, 'text')}`);
  if (filter.type !== undefined) conditions.push(`t.type = ${param(filter.type, 'text')}`);
  if (filter.conversations) conditions.push(`t.conversation = ANY (${param(filter.conversations, 'bytea[]')})`);
  if (filter.from !== undefined) conditions.push(`t.occurred_at >= ${param(filter.from, 'bigint')}`);
  if (filter.to !== undefined) conditions.push(`t.occurred_at < ${param(filter.to, 'bigint')}`);
  return conditions;
}
