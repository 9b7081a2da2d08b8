import type { TopicName } from '@throughline/contracts';
import { byteaArray, int4Array, textArray, type Database } from '@throughline/postgres';
import type { Message } from '../bus.contract';
import type { Frames, OutgoingRecord } from '../frames/frames';

/** A place in the log; both parts as decimal text. */
export interface Place {
  xid: string;
  n: string;
}

export const START: Place = { xid: '0', n: '0' };

export const isBefore = (a: Place, b: Place) =>
  a.xid === b.xid ? BigInt(a.n) < BigInt(b.n) : BigInt(a.xid) < BigInt(b.xid);

export const placeOf = ({ offset }: Message): Place => {
  const [xid, n] = offset.split('.');
  return { xid: xid!, n: n! };
};

export interface Page {
  messages: Message[];
  /** Something lies behind the page that cannot be read yet: an older transaction is still in progress. */
  unsettled: boolean;
}

/** A page holds no more bytes of values than this, but always one record. */
const PAGE_BYTES = 16 * 1024 * 1024;

const APPEND = `
INSERT INTO bus.message (topic, partition, key, headers, value, count)
SELECT $1 || r.topic, r.partition, r.key, r.headers::jsonb, r.value, r.count
FROM unnest($2::text[], $3::int4[], $4::bytea[], $5::text[], $6::bytea[], $7::int4[]) WITH ORDINALITY AS r (topic, partition, key, headers, value, count, nth)
ORDER BY r.nth`;

/** Whole records below the oldest transaction in progress, until they hold as many messages or bytes as asked for; one at least. */
const READ = `
SELECT partition, xid || '.' || n AS "offset", key, headers, value, floor(extract(epoch FROM published_at) * 1000)::float8 AS "publishedAt"
FROM (
  SELECT *, sum(octet_length(value)) OVER before AS bytes_before, sum(count) OVER before AS messages_before
  FROM (
    SELECT * FROM bus.message
    WHERE topic = $1 AND (xid, n) > ($2::xid8, $3::bigint) AND xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY xid, n LIMIT $4
  ) page
  WINDOW before AS (ORDER BY xid, n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
) sized
WHERE coalesce(bytes_before, 0) < ${PAGE_BYTES} AND coalesce(messages_before, 0) < $4
ORDER BY sized.xid, sized.n`;

const UNSETTLED = 'SELECT EXISTS (SELECT FROM bus.message WHERE topic = $1 AND (xid, n) > ($2::xid8, $3::bigint)) AS unsettled';

/** A bare `xid` would be the text that is selected, and 99 behind 100. */
const NEWEST = `SELECT xid::text, n::text FROM bus.message m WHERE topic = $1 ORDER BY m.xid DESC, m.n DESC LIMIT 1`;

/**
 * The durable log of all topics. (xid, n) below pg_snapshot_xmin is a gap-free order: what a later transaction committed
 * earlier waits until the older ones are decided.
 */
export class MessageLog {
  constructor(
    private readonly database: Database,
    private readonly frames: Frames,
    private readonly prefix: string,
  ) {}

  /** One round trip, one commit; the order of the records is the order in the log. */
  async append(records: readonly OutgoingRecord[]): Promise<void> {
    const values = [
      this.prefix,
      textArray(records.map(({ topic }) => topic)),
      int4Array(records.map(({ partition }) => partition)),
      byteaArray(records.map(({ key }) => key)),
      textArray(records.map(({ headers }) => JSON.stringify(headers ?? {}))),
      byteaArray(records.map(({ value }) => value)),
      int4Array(records.map(({ count }) => count)),
    ];
    await this.database.call('system', { name: 'bus-append', text: APPEND, values });
  }

  /** Whole records: of a frame all messages come, so there may be more than `limit`. */
  async read(topic: TopicName, after: Place, limit: number): Promise<Page> {
    const place = [this.prefix + topic, after.xid, after.n];
    const { rows: records } = await this.database.call<Message>('system', { name: 'bus-read', text: READ, values: [...place, limit] });
    if (!records.length) return { messages: [], unsettled: await this.unsettled(place) };
    const opened = await Promise.all(records.map((record) => this.frames.open({ ...record, topic })));
    return { messages: opened.flat(), unsettled: false };
  }

  /** The last place anything committed has on the topic. */
  async newest(topic: TopicName): Promise<Place | undefined> {
    const { rows } = await this.database.system((tx) => tx.query<Place & object>(NEWEST, [this.prefix + topic]));
    return rows[0];
  }

  private async unsettled(place: string[]): Promise<boolean> {
    const { rows: [row] } = await this.database.call<{ unsettled: boolean }>('system', { name: 'bus-unsettled', text: UNSETTLED, values: place });
    return row!.unsettled;
  }
}
