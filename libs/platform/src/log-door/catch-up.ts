import { setTimeout as delay } from 'node:timers/promises';
import { fromBinary } from '@bufbuild/protobuf';
import type { Bus, GroupOptions, Message, Subscription } from '@throughline/bus';
import { comparePositions, formatPosition, parsePosition, ThroughlineError, TimelineRecordSchema, type Position, type TopicName } from '@throughline/contracts';
import { readLogDoor, type LogDoorAddress, type LogRecord } from './read-log-door';

export interface CatchUpOptions extends Pick<GroupOptions, 'group' | 'onRejected' | 'maxBatch'> {
  door: LogDoorAddress;
  bus: Pick<Bus, 'group'>;
  /** Where the owner of the log publishes it. */
  topic: TopicName & 'timeline';
  /** Up to where everything is handled (the last `position` that came from the door); undefined: nothing is. */
  after: string | undefined;
  /**
   * Takes records: those of one key in the order of the log, from the door all of them are. When it resolves they are done; where it
   * throws, the same come again. At least once over a crash. @param fromDoor true: keep the last one's position, it is where to go on
   */
  handle: (records: readonly LogRecord[], fromDoor: boolean) => Promise<void>;
  /** Told of failures at the door, which is tried again. */
  onError?: (error: unknown) => void;
  signal?: AbortSignal;
}

const RETRY_MS = 1_000;

/**
 * Hands on a log from a place to its end by the log door, then goes on live from its topic, however long ago the topic began: for a
 * consumer that starts from nothing, or was away for longer than the topic keeps. Each record once, by its position. Resolves when it
 * is live. Throws `rejected` (`former-log-generation`): the log was restored from a backup, drop what was made of it and start from nothing.
 */
export async function catchUpByLog(options: CatchUpOptions): Promise<Subscription> {
  const { bus, topic, group, onRejected, maxBatch } = options;
  const passed = new Passed(await readDoor(options));
  const take = async (batch: readonly Message[]) => {
    const then = passed.copy();
    const fresh = batch.map((message) => ({ partition: message.partition, ...recordIn(message) })).filter(({ partition, position }) => then.pass(partition, position));
    if (fresh.length > 0) await options.handle(fresh.map(({ position, record }) => ({ position, record })), false);
    for (const { partition, position } of fresh) passed.pass(partition, position);
  };
  return bus.group({ topic, group, handle: take, onRejected, ...(maxBatch !== undefined && { maxBatch }) });
}

/** Reads to the end of the log, again from the last record handled where the door is away or breaks off. */
async function readDoor({ door, after, handle, onError, signal }: CatchUpOptions): Promise<string | undefined> {
  let at = after;
  for (;;) {
    try {
      for await (const records of readLogDoor(door, at, signal)) {
        await handle(records, true);
        at = records.at(-1)!.position;
      }
      return at;
    } catch (error) {
      if (signal?.aborted || !(error instanceof ThroughlineError) || error.kind !== 'unavailable') throw error;
      onError?.(error);
      await delay(RETRY_MS, undefined, { signal });
    }
  }
}

function recordIn(message: Message): LogRecord {
  const record = fromBinary(TimelineRecordSchema, message.value);
  return { position: record.position, record };
}

/** What was handled: all up to the door's end, and of each partition all up to its own last. Positions rise along a partition, not across them. */
class Passed {
  private readonly door: Position | undefined;

  constructor(
    door: string | undefined,
    private readonly byPartition = new Map<number, Position>(),
  ) {
    this.door = door === undefined ? undefined : parsePosition(door);
  }

  /** False where it was handled before. */
  pass(partition: number, text: string): boolean {
    const position = parsePosition(text)!;
    if ([this.door, this.byPartition.get(partition)].some((last) => last !== undefined && comparePositions(position, last) <= 0)) return false;
    this.byPartition.set(partition, position);
    return true;
  }

  copy(): Passed {
    return new Passed(this.door && formatPosition(this.door), new Map(this.byPartition));
  }
}
