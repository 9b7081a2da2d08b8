import { createHash } from 'node:crypto';

/**
 * The hash chain of a stream. Each hash begins with a byte that says what it is of, so that none can stand for another
 * (as in RFC 6962, section 2.1). Events appended together form a group; the database knows the head, this process does not, so:
 * - here: the group's prefix after each event, `prefix(1) = leaf(1)`, `prefix(i) = join(prefix(i - 1), leaf(i))`;
 * - in the database (append.sql.ts): the chain after each event, `link(head before the group, prefix(i))`.
 * The head of an empty stream is its `genesis`.
 */
const LEAF = Buffer.of(0);
const JOIN = Buffer.of(1);
const LINK = Buffer.of(2);
const GENESIS = Buffer.of(3);

const sha256 = (...parts: Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

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

/** What the chain says of one event. */
export interface ChainedEvent {
  version: number;
  envelope: Uint8Array;
  chain: Uint8Array;
  /** Version of the first event of its group. */
  groupStart: number;
}

/** Walks a stream from its first event on and tells where it was tampered with. */
export class ChainWalk {
  private prefix: Buffer = Buffer.alloc(0);
  private before: Uint8Array;
  private groupStart = 1;
  private version = 0;

  /** @param head the stream's genesis */
  constructor(private head: Uint8Array) {
    this.before = head;
  }

  /** False where the event is not the one that was appended after the last, or the chain was changed. */
  step(event: ChainedEvent): boolean {
    this.version += 1;
    const starts = event.groupStart === this.version;
    if (event.version !== this.version || !(starts || (this.version > 1 && event.groupStart === this.groupStart))) return false;
    if (starts) this.before = this.head;
    this.groupStart = event.groupStart;
    this.prefix = starts ? leaf(event.envelope) : join(this.prefix, leaf(event.envelope));
    this.head = link(this.before, this.prefix);
    return Buffer.compare(this.head, event.chain) === 0;
  }

  /** The chain after the last event walked. */
  get end(): { version: number; head: Uint8Array } {
    return { version: this.version, head: this.head };
  }
}
