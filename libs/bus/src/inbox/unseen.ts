import { comparePositions, formatPosition, parsePosition, rejected, type Position } from '@throughline/contracts';
import { byteaArray, int4Array, textArray, type Tx } from '@throughline/postgres';
import type { Message } from '../bus.contract';

/** Who applies which log. */
export interface InboxOf {
  /** Name of the consumer, unique in its schema. */
  reader: string;
  log: string;
  /** The position in the log that a message stands for; along a partition it rises, but for redeliveries. */
  positionOf: (message: Message) => Position;
}

/** Makes the marks that are missing, and locks all of them: of two members who hold one partition one waits. */
const LOCK = `
INSERT INTO inbox_mark AS old (reader, log, partition, position) SELECT $1, $2, partition, '' FROM unnest($3::int4[]) AS partition ORDER BY partition
ON CONFLICT (reader, log, partition) DO UPDATE SET position = old.position
RETURNING partition, position`;
const KEYS = `SELECT key, position FROM inbox_key WHERE reader = $1 AND log = $2 AND key = ANY ($3::bytea[])`;

const MOVE = `
UPDATE inbox_mark m SET position = t.position FROM unnest($3::int4[], $4::text[]) AS t (partition, position)
WHERE m.reader = $1 AND m.log = $2 AND m.partition = t.partition`;
const MOVE_KEYS = `
INSERT INTO inbox_key (reader, log, key, position) SELECT $1, $2, key, position FROM unnest($3::bytea[], $4::text[]) AS t (key, position)
ON CONFLICT (reader, log, key) DO UPDATE SET position = excluded.position`;

/**
 * Those of a batch that the reader has not applied yet, in their order; they count as applied from the commit of `tx` on,
 * so apply them in the same transaction. For topics that are published from a log, in its order (`timeline`): a message is
 * known by its position, so nothing is kept per message. A key that was parked lags behind its partition; it has a mark of
 * its own. Throws `rejected` (`older-log`) for a message of a log older than the one applied: a restored log begins a new
 * generation, and whatever still comes of the old one is none of it.
 */
export async function unseen(tx: Tx, of: InboxOf, batch: readonly Message[]): Promise<Message[]> {
  const marks = await Marks.lock(tx, of, batch);
  const fresh = batch.filter((message) => marks.pass(message, of.positionOf(message)));
  await marks.save(tx);
  return fresh;
}

class Marks {
  private readonly movedPartitions = new Set<number>();
  private readonly movedKeys = new Set<string>();

  private constructor(
    private readonly of: InboxOf,
    private readonly partitions: Map<number, Position | undefined>,
    private readonly keys: Map<string, Position>,
  ) {}

  static async lock(tx: Tx, of: InboxOf, batch: readonly Message[]): Promise<Marks> {
    const names = [of.reader, of.log];
    const partitions = [...new Set(batch.map(({ partition }) => partition))].sort((a, b) => a - b);
    const marks = await tx.query<{ partition: number; position: string }>(LOCK, [...names, int4Array(partitions)]);
    const keys = await tx.query<{ key: Buffer; position: string }>(KEYS, [...names, byteaArray([...new Map(batch.map(({ key }) => [textOf(key), key])).values()])]);
    const byPartition = marks.rows.map(({ partition, position }) => [partition, parsePosition(position)] as const);
    return new Marks(of, new Map(byPartition), new Map(keys.rows.map(({ key, position }) => [textOf(key), parsePosition(position)!])));
  }

  /** A parked message without a mark of its key is the one the key was parked for: all before it on the key was applied. */
  pass({ partition, key, parked }: Message, position: Position): boolean {
    const name = textOf(key);
    const mark = this.partitions.get(partition);
    if (mark && position.generation < mark.generation) throw rejected('older-log', 'The message is of a log older than the one applied.');
    const own = this.keys.get(name) ?? (parked ? undefined : mark);
    if (own && comparePositions(position, own) <= 0) return false;
    if (parked || this.keys.has(name)) {
      this.keys.set(name, position);
      this.movedKeys.add(name);
    }
    if (!parked && (!mark || comparePositions(position, mark) > 0)) {
      this.partitions.set(partition, position);
      this.movedPartitions.add(partition);
    }
    return true;
  }

  async save(tx: Tx): Promise<void> {
    const names = [this.of.reader, this.of.log];
    const partitions = [...this.movedPartitions];
    const keys = [...this.movedKeys];
    if (partitions.length) await tx.query(MOVE, [...names, int4Array(partitions), textArray(partitions.map((partition) => formatPosition(this.partitions.get(partition)!)))]);
    if (keys.length) await tx.query(MOVE_KEYS, [...names, byteaArray(keys.map((key) => Buffer.from(key, 'latin1'))), textArray(keys.map((key) => formatPosition(this.keys.get(key)!)))]);
  }
}

const textOf = (key: Buffer) => key.toString('latin1');
