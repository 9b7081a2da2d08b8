import type { AppendCall } from './append-call';

/** Most events and bytes that go into one statement, but for a single call that has more. */
const MOST_EVENTS = 1_000;
const MOST_BYTES = 8 << 20;

/** A call that waits, or is on its way. */
export interface Waiting {
  call: AppendCall;
  bytes: number;
}

/**
 * Calls in the order in which they came. What is taken from it shares no stream with what is in flight, and calls on one
 * stream are taken in their order.
 */
export class AppendQueue<W extends Waiting> {
  events = 0;
  bytes = 0;
  private calls: W[] = [];

  get size(): number {
    return this.calls.length;
  }

  add(waiting: W): void {
    this.calls.push(waiting);
    this.count(waiting, 1);
  }

  /** A call that was not taken yet is given up. */
  remove(waiting: W): void {
    const index = this.calls.indexOf(waiting);
    if (index < 0) return;
    this.calls.splice(index, 1);
    this.count(waiting, -1);
  }

  /**
   * About so many calls, and all that wait for the same streams: a stream is in one flight at a time, so a busy one takes
   * with it what it has.
   * @param busy streams that are in flight
   */
  take(wanted: number, busy: ReadonlySet<string>): W[] {
    const group = new Taking<W>(wanted, busy);
    this.calls = this.calls.filter((waiting) => !group.takes(waiting));
    for (const waiting of group.calls) this.count(waiting, -1);
    return group.calls;
  }

  private count({ call, bytes }: W, sign: 1 | -1): void {
    this.events += sign * call.events.length;
    this.bytes += sign * bytes;
  }
}

function some(names: ReadonlySet<string>, of: ReadonlySet<string>): boolean {
  for (const name of names) if (of.has(name)) return true;
  return false;
}

function every(names: ReadonlySet<string>, of: ReadonlySet<string>): boolean {
  for (const name of names) if (!of.has(name)) return false;
  return true;
}

class Taking<W extends Waiting> {
  readonly calls: W[] = [];
  private events = 0;
  private bytes = 0;
  private readonly streams = new Set<string>();
  private readonly ids = new Set<string>();
  /** Streams of calls that stay behind: what comes after them on these stays too. */
  private readonly blocked = new Set<string>();

  constructor(
    private readonly wanted: number,
    private readonly busy: ReadonlySet<string>,
  ) {}

  takes(waiting: W): boolean {
    const { call } = waiting;
    if (!this.fits(waiting)) {
      for (const stream of call.streams) this.blocked.add(stream);
      return false;
    }
    this.calls.push(waiting);
    this.events += call.events.length;
    this.bytes += waiting.bytes;
    for (const stream of call.streams) this.streams.add(stream);
    for (const id of call.ids) this.ids.add(id);
    return true;
  }

  private fits({ call, bytes }: W): boolean {
    if (some(call.streams, this.busy) || some(call.streams, this.blocked)) return false;
    if (this.calls.length === 0) return true;
    const joins = this.calls.length < this.wanted || every(call.streams, this.streams);
    const room = this.events + call.events.length <= MOST_EVENTS && this.bytes + bytes <= MOST_BYTES;
    return joins && room && !some(call.ids, this.ids);
  }
}
