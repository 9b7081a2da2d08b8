import { uuidText } from '@throughline/postgres';

/** A place in the order (stream, version) of a tenant's events. */
export interface StreamCursor {
  stream: string;
  version: string;
}

/** Streams of a tenant that one worker folds: those after the cursor up to `end`, which is one of them. */
export interface StreamRange {
  readonly tenant: string;
  cursor: StreamCursor;
  end: string;
}

const FIRST: StreamCursor = { stream: '00000000-0000-0000-0000-000000000000', version: '0' };
const LAST = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
/** Greatest bigint of PostgreSQL: after every version of a stream. */
const AFTER_STREAM = '9223372036854775807';
/** What is narrower is not worth the tenth of a second it takes to ask for it. */
const NARROWEST = 1n << 116n;

const numberOf = (uuid: string) => BigInt(`0x${uuid.replaceAll('-', '')}`);
const uuidOf = (number: bigint) => uuidText(Buffer.from(number.toString(16).padStart(32, '0'), 'hex'));

const widthOf = ({ cursor, end }: StreamRange) => numberOf(end) - numberOf(cursor.stream);

/**
 * Hands ranges of streams to workers: a tenant each while there are any, then the upper half of the widest range that another
 * still works on. Stream ids are hashes (UUIDv5), so half of the range is half of the streams. Every stream is in one range.
 */
export class StreamRanges {
  private readonly waiting: StreamRange[];
  private readonly working = new Set<StreamRange>();

  constructor(tenants: readonly string[]) {
    this.waiting = tenants.map((tenant) => ({ tenant, cursor: FIRST, end: LAST }));
  }

  /** The next range to work on; undefined where nothing is left that is worth sharing. */
  take(): StreamRange | undefined {
    const range = this.waiting.shift() ?? this.share();
    if (range) this.working.add(range);
    return range;
  }

  done(range: StreamRange): void {
    this.working.delete(range);
  }

  private share(): StreamRange | undefined {
    const [widest] = [...this.working].sort((a, b) => (widthOf(a) > widthOf(b) ? -1 : 1));
    if (!widest || widthOf(widest) < NARROWEST) return undefined;
    const middle = uuidOf(numberOf(widest.cursor.stream) + widthOf(widest) / 2n);
    const upper: StreamRange = { tenant: widest.tenant, cursor: { stream: middle, version: AFTER_STREAM }, end: widest.end };
    widest.end = middle;
    return upper;
  }
}
