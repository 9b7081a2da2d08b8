import { malformed } from '@throughline/contracts';
import type { EventStore } from '@throughline/event-store';
import { readCursor, signCursor } from '@throughline/platform';
import type { Tx } from '@throughline/postgres';
import type { TenantKeys, Vault } from '@throughline/vault';
import type { BodyStore } from '../body-store';
import { presentItem, type TimelineItem, type TimelineList } from './timeline-item.dto';
import { readPage, type TimelineFilter, type TimelineKey, type TimelinePage, type TimelineRow } from './timeline-page';
import type { TimelineQuery } from './timeline-query.dto';

const CURSOR = 'timeline/1';
const DEFAULT_LIMIT = 50;
/** Bytes of bodies on one page, but always one item: 200 of the largest do not fit into memory. */
const PAGE_BYTES = 16 * 1024 * 1024;

interface Cursor {
  order: 'asc' | 'desc';
  turn: 'next' | 'previous';
  key: TimelineKey;
}

/** Reads pages of timelines, merged over a customer's segments. */
export class TimelineReader {
  constructor(
    private readonly store: Pick<EventStore, 'readById'>,
    private readonly vault: Pick<Vault, 'existingSegmentKeys'>,
    private readonly bodies: BodyStore,
  ) {}

  /** @param segments all of a customer's, as one statement told them */
  async page(tx: Tx, keys: TenantKeys, segments: readonly string[], query: TimelineQuery): Promise<TimelineList> {
    const cursor = query.cursor === undefined ? undefined : readCursor<Cursor>(keys, CURSOR, query.cursor);
    const order = orderOf(query, cursor);
    const filter = await this.filter(tx, keys, segments, query);
    const limit = query.limit ?? DEFAULT_LIMIT;
    const turn = cursor?.turn ?? 'next';
    const page = await readPage(tx, { tenant: keys.tenant, segments, order, from: cursor?.key, turn, limit, filter });
    const near = await this.items(tx, keys.tenant, turn === 'next' ? page.rows : page.rows.toReversed());
    return { items: turn === 'next' ? near : near.toReversed(), ...cursors(keys, order, shortened(page, turn, near.length)) };
  }

  private async filter(tx: Tx, keys: TenantKeys, segments: readonly string[], query: TimelineQuery): Promise<TimelineFilter> {
    const { channel, type, from, to, conversation } = query;
    return {
      channel,
      type,
      ...(from !== undefined && { from: timeOf(from, '/from') }),
      ...(to !== undefined && { to: timeOf(to, '/to') }),
      ...(conversation !== undefined && { conversations: await conversationHashes(tx, keys, segments, conversation) }),
    };
  }

  /** The items of these rows, the ones next to the cursor first, as many as a page may hold. */
  private async items(tx: Tx, tenant: string, rows: readonly TimelineRow[]): Promise<TimelineItem[]> {
    const events = await this.store.readById(tx, tenant, rows.map((row) => row.event));
    const segmentKeys = await this.vault.existingSegmentKeys(tx, tenant, [...new Set(events.map((event) => event.stream))]);
    const byId = new Map(events.map((event) => [event.id, event]));
    const items: TimelineItem[] = [];
    let bytes = 0;
    for (const row of rows) {
      const event = byId.get(row.event)!;
      const opened = await this.bodies.open(event, segmentKeys.get(event.stream));
      bytes += opened?.plain.length ?? 0;
      if (items.length > 0 && bytes > PAGE_BYTES) break;
      items.push(presentItem(event, opened?.body, row.interaction, row.revision));
    }
    return items;
  }
}

/** The page without the rows, farthest from the cursor, that it cannot hold. */
function shortened(page: TimelinePage, turn: Cursor['turn'], length: number): TimelinePage {
  if (length === page.rows.length) return page;
  return turn === 'next' ? { ...page, rows: page.rows.slice(0, length), hasNext: true } : { ...page, rows: page.rows.slice(-length), hasPrevious: true };
}

/** Unix ms. A leap second has the form of a time, and is none here. */
function timeOf(text: string, pointer: string): number {
  const time = Date.parse(text);
  if (Number.isFinite(time)) return time;
  throw malformed('There is no such time.', [{ pointer, code: 'time', detail: 'There is no such time.' }]);
}

function orderOf({ order }: TimelineQuery, cursor: Cursor | undefined): 'asc' | 'desc' {
  if (cursor && order !== undefined && order !== cursor.order) {
    throw malformed('The cursor belongs to the other order.', [{ pointer: '/cursor', code: 'order', detail: 'It was made for the other order.' }]);
  }
  return cursor?.order ?? order ?? 'desc';
}

function cursors(keys: TenantKeys, order: 'asc' | 'desc', { rows, hasNext, hasPrevious }: TimelinePage) {
  const cursor = (turn: Cursor['turn'], row: TimelineRow | undefined) => {
    if (!row) return null;
    const { occurredAt, sequence, interaction } = row;
    return signCursor(keys, CURSOR, { order, turn, key: { occurredAt, sequence, interaction } } satisfies Cursor);
  };
  return { next: hasNext ? cursor('next', rows.at(-1)) : null, previous: hasPrevious ? cursor('previous', rows[0]) : null };
}

/** A conversation's hash covers its account, so its name is hashed with every account these segments were met on. */
async function conversationHashes(tx: Tx, keys: TenantKeys, segments: readonly string[], conversation: string): Promise<Buffer[]> {
  const { rows } = await tx.query<{ account: string }>(
    'SELECT DISTINCT account FROM segment_summary WHERE tenant = $1 AND segment = ANY ($2::uuid[])',
    [keys.tenant, segments],
  );
  return rows.map(({ account }) => keys.hash('conversation', `${account}|${conversation}`));
}
