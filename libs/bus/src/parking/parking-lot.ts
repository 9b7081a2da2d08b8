import { isRejected, type TopicName } from '@throughline/contracts';
import { byteaArray, int4Array, textArray, type Tx } from '@throughline/postgres';
import type { Message } from '../bus.contract';
import { faultOf } from '../bus-log';
import type { FrameSealer } from '../frames/frame-sealer.contract';
import { PARKED_CHANNEL, type About, type ParkedChange, type Parking } from './parking.contract';
import { SealedValues } from './sealed-values';
import { waitAfter } from './waits';

/** A key that waits and whose time has come. */
export interface DueKey {
  id: string;
  key: Buffer;
  attempts: number;
}

/** A message that waits, and where it stands in the lot. */
export interface ParkedMessage {
  seq: string;
  message: Message;
}

interface MessageRow extends Omit<Message, 'topic' | 'tenant'> {
  seq: string;
  tenant: string | null;
}

/** What a lot is for. */
export interface LotNames {
  group: string;
  topic: TopicName;
  /** Of topics on this bus. */
  prefix: string;
  /** Seals what comes off a framed topic. */
  sealer: FrameSealer;
  /** What waits together: the messages of a key, or in the lanes for floods those of a tenant (undefined: none's). */
  laneOf?: (message: Message) => string | undefined;
}

/** Bytes of values read at once, but always one message. */
const PAGE_BYTES = 16 * 1024 * 1024;

const KEYS = `SELECT key FROM parked_key WHERE group_name = $1 AND topic = $2`;

/** A key that is parked already stays as it is: its row is locked, so that it cannot end before the messages are in. */
const PARK = `
INSERT INTO parked_key AS old (group_name, topic, key, tenant, next_try, attempts, error, reason)
VALUES ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5 / 1000.0), 1, $6, $7)
ON CONFLICT (group_name, topic, key) DO UPDATE SET attempts = old.attempts
RETURNING id, xmax = 0 AS fresh, floor(extract(epoch FROM next_try) * 1000)::float8 AS "nextTry"`;

/** FOR KEY SHARE waits for whoever is ending the parking; after that the row is gone, and the key is live. */
const APPEND = `
WITH held AS MATERIALIZED (
  SELECT id, key FROM parked_key WHERE group_name = $1 AND topic = $2 AND key = ANY ($3::bytea[]) ORDER BY key FOR KEY SHARE
), kept AS (
  INSERT INTO parked_message (lot, partition, "offset", nth, published_at, key, headers, value, tenant, account, subject)
  SELECT held.id, partition, "offset", nth, to_timestamp(published_at / 1000), t.key, headers::json, value, nullif(tenant, '')::uuid, account, subject
  FROM unnest($4::bytea[], $5::int4[], $6::text[], $7::int4[], $8::float8[], $9::text[], $10::bytea[], $11::text[], $12::text[], $13::text[], $14::bytea[])
    WITH ORDINALITY AS t (lane, partition, "offset", nth, published_at, headers, value, tenant, account, subject, key, place)
  JOIN held ON held.key = t.lane
  ORDER BY place
  ON CONFLICT (lot, partition, "offset", nth, published_at) DO NOTHING
)
SELECT key FROM held`;

const DUE = `
SELECT id, key, attempts FROM parked_key WHERE group_name = $1 AND topic = $2 AND next_try <= clock_timestamp()
ORDER BY next_try LIMIT $3`;

const NEXT = `
SELECT greatest(0, extract(epoch FROM min(next_try) - clock_timestamp()) * 1000)::float8 AS ms FROM parked_key WHERE group_name = $1 AND topic = $2
HAVING count(*) > 0`;

const MESSAGES = `
SELECT seq, tenant, partition, "offset", nth, key, headers, value, floor(extract(epoch FROM published_at) * 1000)::float8 AS "publishedAt"
FROM (
  SELECT *, sum(octet_length(value)) OVER (ORDER BY seq) - octet_length(value) AS bytes_before
  FROM (SELECT * FROM parked_message WHERE lot = $1 ORDER BY seq LIMIT $2) page
) sized
WHERE bytes_before < ${PAGE_BYTES} ORDER BY seq`;

const DONE = `DELETE FROM parked_message WHERE lot = $1 AND seq = ANY ($2::bigint[])`;

/** Another message at the head begins to count anew. */
const FAILED = `
UPDATE parked_key SET attempts = CASE WHEN $2 THEN 1 ELSE attempts + 1 END, error = $3, reason = $4,
  next_try = clock_timestamp() + make_interval(secs => $5 / 1000.0)
WHERE id = $1 RETURNING attempts, floor(extract(epoch FROM next_try) * 1000)::float8 AS "nextTry"`;

/** Before its messages are touched, by everybody: the other way round two would wait for each other. */
const LOCK = `SELECT FROM parked_key WHERE id = $1 FOR UPDATE`;
const PASS = `DELETE FROM parked_key WHERE id = $1 AND NOT EXISTS (SELECT FROM parked_message WHERE lot = $1)`;
/** Behind the others that are due: a long queue must not hold them up. */
const GO_ON = `UPDATE parked_key SET next_try = clock_timestamp(), attempts = 0 WHERE id = $1`;

const TELL = `INSERT INTO parked_change (group_name, topic, change) VALUES ($1, $2, $3)`;
const UNTOLD = `SELECT seq, change FROM parked_change WHERE group_name = $1 AND topic = $2 ORDER BY seq LIMIT 100`;
const TOLD = `DELETE FROM parked_change WHERE seq = ANY ($1::bigint[])`;

/**
 * The parked keys of one group on one topic, in the database. The row of a key decides: whoever adds to it or ends it
 * locks it first, so that a message is either behind the others in the lot or comes after all of them were done.
 */
export class ParkingLot {
  private readonly names: [string, string];
  private readonly values: SealedValues;

  constructor(
    readonly parking: Parking,
    private readonly of: LotNames,
  ) {
    this.values = new SealedValues(of.sealer, of.topic);
    this.names = [of.group, `${of.prefix}${of.topic}${of.laneOf ? '~flood' : ''}`];
  }

  /** Whom a message waits behind; undefined where it can wait behind nobody. */
  laneOf(message: Message): Buffer | undefined {
    if (!this.of.laneOf) return message.key;
    const lane = this.of.laneOf(message);
    return lane === undefined ? undefined : Buffer.from(lane);
  }

  async keys(): Promise<Buffer[]> {
    const { rows } = await this.system((tx) => tx.query<{ key: Buffer }>(KEYS, this.names));
    return rows.map(({ key }) => key);
  }

  /** Parks the key of these messages, which wait in this order from now on. */
  async park(error: Error, messages: readonly Message[]): Promise<void> {
    const [head] = messages as [Message];
    const about = this.parking.about?.(head);
    const words = wordsOf(error);
    const appended = await this.appendValues(messages);
    await this.system(async (tx) => {
      const values = [...this.names, this.laneOf(head), about?.tenant ?? null, waitAfter(1, this.parking), words.error, words.reason];
      const { rows } = await tx.query<{ id: string; fresh: boolean; nextTry: number }>(PARK, values);
      const { id, fresh, nextTry } = rows[0]!;
      await tx.query(APPEND, appended);
      if (fresh) await this.tell(tx, { id, state: 'parked', about, attempts: 1, nextTry, ...words });
    });
    this.parking.database.notify(PARKED_CHANNEL);
  }

  /** Puts messages behind those that wait on their keys. Gives the keys that are parked; messages of the others were not taken. */
  async append(messages: readonly Message[]): Promise<Buffer[]> {
    const values = await this.appendValues(messages);
    const { rows } = await this.system((tx) => tx.query<{ key: Buffer }>({ name: 'parked-append', text: APPEND, values }));
    return rows.map(({ key }) => key);
  }

  async due(limit: number): Promise<DueKey[]> {
    const { rows } = await this.system((tx) => tx.query<DueKey>(DUE, [...this.names, limit]));
    return rows;
  }

  /** Ms until the next key is due; undefined where none is parked. */
  async nextDueMs(): Promise<number | undefined> {
    const { rows } = await this.system((tx) => tx.query<{ ms: number }>(NEXT, this.names));
    return rows[0]?.ms;
  }

  /** The first messages that wait on a key. */
  async messages({ id }: DueKey, limit: number): Promise<ParkedMessage[]> {
    const { rows } = await this.system((tx) => tx.query<MessageRow>(MESSAGES, [id, limit]));
    return Promise.all(rows.map(async (row) => ({ seq: row.seq, message: await this.messageOf(row) })));
  }

  /** One whose key is gone for good carries the refusal, and is rejected as any other. */
  private async messageOf({ seq: _, tenant, value, ...row }: MessageRow): Promise<Message> {
    const message = { ...row, topic: this.of.topic, parked: true as const, ...(tenant && { tenant }) };
    try {
      return { ...message, value: await this.values.open(tenant, value) };
    } catch (error) {
      if (isRejected(error)) return { ...message, value, refusal: error };
      throw error;
    }
  }

  /** Those are done. Where nothing waits any more the key is live again. */
  async done({ id }: DueKey, done: readonly ParkedMessage[], about: About | undefined): Promise<void> {
    const passed = await this.system(async (tx) => {
      await tx.query(LOCK, [id]);
      await tx.query(DONE, [id, seqs(done)]);
      const { rowCount } = await tx.query(PASS, [id]);
      if (rowCount) await this.tell(tx, { id, state: 'passed', about, attempts: 0, nextTry: 0, error: '', reason: '' });
      else await tx.query(GO_ON, [id]);
      return rowCount;
    });
    if (passed) this.parking.database.notify(PARKED_CHANNEL);
  }

  /** Those are done; the next one failed, and the key waits for longer. */
  async failed({ id, attempts }: DueKey, done: readonly ParkedMessage[], about: About | undefined, error: Error): Promise<void> {
    const words = wordsOf(error);
    const wait = waitAfter(done.length ? 1 : attempts + 1, this.parking);
    await this.system(async (tx) => {
      await tx.query(LOCK, [id]);
      await tx.query(DONE, [id, seqs(done)]);
      const { rows } = await tx.query<{ attempts: number; nextTry: number }>(FAILED, [id, done.length > 0, words.error, words.reason, wait]);
      if (rows[0]) await this.tell(tx, { id, state: 'parked', about, ...rows[0], ...words });
    });
  }

  /** Tells what has changed and was not told yet, in order. */
  async tellChanges(): Promise<void> {
    const { onChange } = this.parking;
    while (onChange) {
      const { rows } = await this.system((tx) => tx.query<{ seq: string; change: ParkedChange }>(UNTOLD, this.names));
      if (!rows.length) return;
      for (const { change } of rows) await onChange(change);
      await this.system((tx) => tx.query(TOLD, [seqs(rows)]));
    }
  }

  private async tell(tx: Tx, change: Omit<ParkedChange, 'group' | 'at'>): Promise<void> {
    if (this.parking.onChange) await tx.query(TELL, [...this.names, JSON.stringify({ ...change, group: this.of.group, at: Date.now() })]);
  }

  private async appendValues(messages: readonly Message[]): Promise<unknown[]> {
    const abouts = messages.map((message) => this.parking.about?.(message));
    const tenants = messages.map(({ tenant }, index) => abouts[index]?.tenant ?? tenant ?? '');
    const lanes = messages.map((message) => this.laneOf(message)!);
    return [
      ...this.names,
      byteaArray([...new Map(lanes.map((lane) => [lane.toString('latin1'), lane])).values()]),
      byteaArray(lanes),
      int4Array(messages.map(({ partition }) => partition)),
      textArray(messages.map(({ offset }) => offset)),
      int4Array(messages.map(({ nth = 0 }) => nth)),
      messages.map(({ publishedAt }) => publishedAt),
      textArray(messages.map(({ headers }) => JSON.stringify(headers))),
      byteaArray(await this.values.close(messages, tenants)),
      textArray(tenants),
      textArray(abouts.map((about) => withoutNul(about?.account ?? ''))),
      textArray(abouts.map((about) => withoutNul(about?.subject ?? ''))),
      byteaArray(messages.map(({ key }) => key)),
    ];
  }

  private system<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.parking.database.system(work);
  }
}

const seqs = (rows: readonly { seq: string }[]) => rows.map(({ seq }) => seq);

/** Words for the operator: a stranger's message may quote the input. */
function wordsOf(error: Error): { error: string; reason: string } {
  const { error: name, reason, place } = faultOf(error) as { error: string; reason?: string; place?: string };
  const where = place?.replace(/\(?(file:\/\/)?\/.*\/(?=[^/]+$)/, '').replace(/\)$/, '');
  return { error: withoutNul(name), reason: withoutNul(reason ?? where ?? 'The handler failed.') };
}

/** PostgreSQL's text takes no NUL. */
const withoutNul = (text: string) => text.replaceAll('\0', '\uFFFD');
