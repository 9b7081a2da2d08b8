import { uuidBytes } from '@throughline/postgres';
import { advance, chainStart, sameBytes, type ChainState } from './chain';
import { bodyFault, columnFault, idFault, envelopeIn, type RowFault } from './verify-columns';
import type { Head, LogRow } from './verify-rows';

/** A hole in a stream: how many events are gone, and the rows around it. */
export interface Gap {
  count: number;
  after: LogRow | undefined;
  until: LogRow | undefined;
}

/** A fault in a stream. Where its chain is broken, `before` is the chain before it: with it the place of a strayed event is found. */
export interface StreamFault extends RowFault {
  version: number;
  row?: LogRow;
  before?: ChainState;
  gap?: Gap;
}

/** Walks one stream in the order of versions. After the first fault of its chain nothing more can be said of the chain. */
export class StreamCheck {
  readonly faults: StreamFault[] = [];
  broken = false;
  private state: ChainState;
  private last: LogRow | undefined;
  /** A row whose chain does not fit: the next one, or the head, tells whether its envelope or its chain was changed. */
  private doubtful: { row: LogRow; before: ChainState; after: ChainState } | undefined;

  constructor(
    readonly tenant: string,
    readonly stream: string,
    readonly head: Head | undefined,
  ) {
    this.state = chainStart(uuidBytes(tenant), uuidBytes(stream));
  }

  get version(): number {
    return this.state.version;
  }

  step(row: LogRow): void {
    if (this.doubtful) this.settle(advance(this.doubtful.after, chained(row))?.head, row.chain);
    if (this.broken) return;
    const version = this.state.version + 1;
    const found = Number(row.version);
    if (found === version) this.follow(row, version);
    else if (found > version) this.break({ ...this.missing(found - 1), row, before: this.state, gap: { count: found - version, after: this.last, until: row } });
    else this.break({ fault: 'group-changed', detail: 'there is no such version', version, row, before: this.state });
    this.last = row;
  }

  /** The row that has the next version: is it the next event? */
  private follow(row: LogRow, version: number): void {
    const before = this.state;
    const after = advance(before, chained(row));
    const fits = after !== undefined && sameBytes(after.head, row.chain);
    const state = fits ? after : (inOtherGroup(before, row) ?? after);
    if (!state) return this.break({ fault: 'group-changed', detail: 'the group it names cannot be its own', version, row, before });
    this.state = state;
    if (!fits && state === after) this.doubtful = { row, before, after };
    else this.checkRow(row, this.last);
    if (!fits && state !== after) this.faults.push({ fault: 'group-changed', detail: `it was appended in the group of version ${state.groupStart}`, version, row });
    this.checkHead(this.head, version);
  }

  /** To be called after the last event. @param head the newest, where the one given at the start is passed */
  end(head: Head | undefined): void {
    if (this.doubtful) this.settle(this.doubtful.after.head, head?.head);
    if (this.broken) return;
    const { version } = this.state;
    if (!head) return this.break({ fault: 'head-missing', detail: 'the stream has no head', version });
    if (version > head.version) return this.break({ fault: 'after-head', detail: `the head ends at version ${head.version}`, version: head.version + 1 });
    if (this.head && version < this.head.version) return this.break(this.cut(this.head.version));
    if (version === head.version) this.checkHead(head, version);
  }

  private checkRow(row: LogRow, last: LogRow | undefined): void {
    const envelope = envelopeIn(row.envelope);
    const column = envelope ? columnFault(row, envelope) : { fault: 'envelope-changed' as const, detail: 'the envelope cannot be read' };
    for (const fault of [column, orderFault(last, row), idFault(row), bodyFault(row)]) {
      if (fault) this.faults.push({ ...fault, version: Number(row.version), row });
    }
  }

  private checkHead(head: Head | undefined, version: number): void {
    if (this.doubtful || this.broken || head?.version !== version || sameBytes(head.head, this.state.head)) return;
    this.break({ fault: 'head-changed', detail: 'the events are in order, the head beside them is another', version });
  }

  /** @param expected what should stand behind the doubtful row if its envelope is right; @param found what does */
  private settle(expected: Uint8Array | undefined, found: Uint8Array | undefined): void {
    const { row, before } = this.doubtful!;
    const onlyChain = expected !== undefined && found !== undefined && sameBytes(expected, found);
    const fault: RowFault = onlyChain
      ? { fault: 'chain-changed', detail: 'the envelope is right, the chain beside it was changed' }
      : { fault: 'envelope-changed', detail: 'the envelope is not the one that was appended here' };
    this.doubtful = undefined;
    if (onlyChain) {
      this.faults.push({ ...fault, version: Number(row.version), row });
      this.checkRow(row, undefined);
    }
    else this.break({ ...fault, version: Number(row.version), row, before });
  }

  private missing(to: number) {
    const version = this.state.version + 1;
    return { fault: 'missing' as const, version, detail: to > version ? `versions ${version} to ${to} are gone` : 'it is gone' };
  }

  private cut(to: number): StreamFault {
    const { version } = this.state;
    const gap = { count: to - version, after: this.last, until: undefined };
    return { fault: 'cut-at-end', version: version + 1, before: this.state, gap, detail: `the stream is cut: its head is of version ${to}` };
  }

  private break(fault: StreamFault): void {
    this.broken = true;
    this.faults.push(fault);
  }
}

const chained = (row: LogRow) => ({ envelope: row.envelope, groupStart: Number(row.group_start) });

/** The chain after a row that is right but for the group it names. */
function inOtherGroup(before: ChainState, row: LogRow): ChainState | undefined {
  const states = [before.version + 1, before.groupStart].map((groupStart) => advance(before, { envelope: row.envelope, groupStart }));
  return states.find((state) => state !== undefined && sameBytes(state.head, row.chain));
}

/** Versions, places in the log and times of append rise together. */
function orderFault(last: LogRow | undefined, row: LogRow): RowFault | undefined {
  if (!last) return undefined;
  const [xid, lastXid] = [BigInt(row.xid), BigInt(last.xid)];
  const rises = xid > lastXid || (xid === lastXid && BigInt(row.n) > BigInt(last.n));
  if (!rises) return { fault: 'order-changed', detail: 'its place in the log is before that of the version before it' };
  if (BigInt(row.recorded_at) >= BigInt(last.recorded_at)) return undefined;
  return { fault: 'order-changed', detail: 'its time of append is before that of the version before it' };
}
