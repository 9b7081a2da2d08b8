import type { TopicName } from '@throughline/contracts';
import { byteaArray, int4Array, textArray, type Database } from '@throughline/postgres';
import type { Message } from '../bus.contract';
import type { Outgoing } from '../outgoing';

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

/** A batch holds no more bytes of values than this, but always one message. */
const PAGE_BYTES = 16 * 1024 * 1024;

const APPEND = `
INSERT INTO bus.message (topic, partition, key, headers, value)
SELECT $1 || topic, partition, key, headers::jsonb, value
FROM unnest($2::text[], $3::int4[], $4::bytea[], $5::text[], $6::bytea[]) WITH ORDINALITY AS t (topic, partition, key, headers, value, nth)
ORDER BY nth`;

const READ = `
SELECT partition, xid || '.' || n AS "offset", key, headers, value, floor(extract(epoch FROM published_at) * 1000)::float8 AS "publishedAt"
FROM (
  SELECT *, sum(octet_length(value)) OVER (ORDER BY xid, n) - octet_length(value) AS bytes_before
  FROM (
    SELECT * FROM bus.message
    WHERE topic = $1 AND (xid, n) > ($2::xid8, $3::bigint) AND xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY xid, n LIMIT $4
  ) page
) sized
WHERE bytes_before < ${PAGE_BYTES}
ORDER BY sized.xid, sized.n`;

const UNSETTLED = `SELECT EXISTS (SELECT FROM bus.message WHERE topic = $1 AND (xid, n) > ($2::xid8, $3::bigint)) AS unsettled`;

const NEWEST = `SELECT xid::text, n::text FROM bus.message WHERE topic = $1 ORDER BY xid DESC, n DESC LIMIT 1`;

/**
 * The durable log of all topics. (xid, n) below pg_snapshot_xmin is a gap-free order: what a later transaction committed
 * earlier waits until the older ones are decided.
 */
export class MessageLog {
  constructor(
    private readonly database: Database,
    private readonly prefix: string,
  ) {}

  /** One statement, one commit; the order of the messages is the order in the log. */
  async append(messages: readonly Outgoing[]): Promise<void> {
    const values = [
      this.prefix,
      textArray(messages.map(({ topic }) => topic)),
      int4Array(messages.map(({ partition }) => partition)),
      byteaArray(messages.map(({ key }) => key)),
      textArray(messages.map(({ headers }) => JSON.stringify(headers ?? {}))),
      byteaArray(messages.map(({ value }) => value)),
    ];
    await this.database.system((tx) => tx.query({ name: 'bus-append', text: APPEND, values }));
  }

  read(topic: TopicName, after: Place, limit: number): Promise<Page> {
    const place = [this.prefix + topic, after.xid, after.n];
    return this.database.system(async (tx) => {
      const { rows } = await tx.query<Message>({ name: 'bus-read', text: READ, values: [...place, limit] });
      if (rows.length) return { messages: rows.map((row) => ({ ...row, topic })), unsettled: false };
      const { rows: [row] } = await tx.query<{ unsettled: boolean }>({ name: 'bus-unsettled', text: UNSETTLED, values: place });
      return { messages: [], unsettled: row!.unsettled };
    });
  }

  /** The last place anything committed has on the topic. */
  async newest(topic: TopicName): Promise<Place | undefined> {
    const { rows } = await this.database.system((tx) => tx.query<Place & object>(NEWEST, [this.prefix + topic]));
    return rows[0];
  }
}
