import { hash } from 'node:crypto';

/**
 * The hash chain of a stream. Each hash begins with a byte that says what it is of, so that none can stand for another
 * (as in RFC 6962, section 2.1). Events appended together form a group; the database knows the head, this process does not, so:
 * - here: the group's prefix after each event, `prefix(1) = leaf(1)`, `prefix(i) = join(prefix(i - 1), leaf(i))`;
 * - in the database (append.sql.ts): the chain after each event, `link(head before the group, prefix(i))`.
 * The head of an empty stream is its `genesis`.
 */
const LEAF = 0;
const JOIN = 1;
const LINK = 2;
const GENESIS = 3;

const spare = Buffer.allocUnsafe(1 << 12);

/** One hash of one buffer, as latin1 text and back: a third of the time of `createHash` with an update for each part. */
function sha256(mark: number, ...parts: Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 1);
  const bytes = length <= spare.length ? spare : Buffer.allocUnsafe(length);
  let at = 1;
  bytes[0] = mark;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return Buffer.from(hash('sha256', bytes.subarray(0, at), 'binary'), 'latin1');
}

export const leaf = (envelope: Uint8Array) => sha256(LEAF, envelope);
export const join = (prefix: Uint8Array, next: Uint8Array) => sha256(JOIN, prefix, next);
export const link = (head: Uint8Array, prefix: Uint8Array) => sha256(LINK, head, prefix);
export const genesis = (tenant: Uint8Array, stream: Uint8Array) => sha256(GENESIS, tenant, stream);

/** The prefixes of a group of envelopes, after each of them. */
export function prefixes(envelopes: readonly Uint8Array[]): Buffer[] {
  const result: Buffer[] = [];
  for (const envelope of envelopes) {
    const last = result.at(-1);
    result.push(last ? join(last, leaf(envelope)) : leaf(envelope));
  }
  return result;
}

/** What the chain covers of one event. */
export interface ChainedEvent {
  envelope: Uint8Array;
  /** Version of the first event of its group. */
  groupStart: number;
}

/** A stream's chain after one of its events. */
export interface ChainState {
  version: number;
  head: Uint8Array;
  groupStart: number;
  /** The head before the group. */
  before: Uint8Array;
  /** The group's prefix. */
  prefix: Uint8Array;
}

/** The chain of a stream without events. */
export function chainStart(tenant: Uint8Array, stream: Uint8Array): ChainState {
  const head = genesis(tenant, stream);
  return { version: 0, head, groupStart: 0, before: head, prefix: Buffer.alloc(0) };
}

/** The chain after the next event; undefined where no event of that group can come next. */
export function advance(state: ChainState, { envelope, groupStart }: ChainedEvent): ChainState | undefined {
  const version = state.version + 1;
  const starts = groupStart === version;
  if (!starts && (version === 1 || groupStart !== state.groupStart)) return undefined;
  const before = starts ? state.head : state.before;
  const prefix = starts ? leaf(envelope) : join(state.prefix, leaf(envelope));
  return { version, groupStart, before, prefix, head: link(before, prefix) };
}

export const sameBytes = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
