import { byteaArray, int4Array, int8Array, textArray, uuidArray } from '@throughline/postgres';
import { nameOf, type AppendCall } from './append-call';
import { prefixes } from './chain';
import type { ExpectedVersion, NewEvent } from './event-store.contract';

export interface Lane {
  tenant: string;
  stream: string;
  /** From 1, as PostgreSQL counts. */
  number: number;
  envelopes: Uint8Array[];
  prefixes: Buffer[];
}

/** What a call expects of a stream. `any` is no condition. */
export interface Condition {
  /** From 1. */
  call: number;
  lane: Lane;
  version: ExpectedVersion;
}

/** Calls that go into the log together, with what the database needs to know of their streams. */
export class AppendGroup {
  readonly events: NewEvent[] = [];
  /** Of each event: its call, from 1, its lane and its place in the lane, from 1. */
  readonly callOf: number[] = [];
  readonly laneOf: Lane[] = [];
  readonly nth: number[] = [];
  private readonly lanes = new Map<string, Lane>();
  private sorted: readonly Lane[] = [];
  private tenant: string | undefined;
  readonly conditions: Condition[] = [];
  /** True where a condition is on a stream that an earlier call of the group appends to. */
  private intertwined = false;

  constructor(readonly calls: readonly AppendCall[]) {
    for (const [index, call] of calls.entries()) this.add(index + 1, call);
    this.number();
  }

  /** Parameters of the function append_events (append.sql.ts). */
  parameters(): unknown[] {
    const lanes = this.sorted;
    return [
      this.intertwined,
      uuidArray(lanes.map((lane) => lane.tenant)),
      uuidArray(lanes.map((lane) => lane.stream)),
      int4Array(lanes.map((lane) => lane.envelopes.length)),
      byteaArray(lanes.map((lane) => lane.prefixes.at(-1)!)),
      int4Array(this.conditions.map(({ call }) => call)),
      int4Array(this.conditions.map(({ lane }) => lane.number)),
      int8Array(this.conditions.map(({ version }) => numberOf(version))),
      ...this.eventParameters(),
    ];
  }

  private eventParameters(): Buffer[] {
    const { events, laneOf, nth } = this;
    return [
      int4Array(this.callOf),
      int4Array(laneOf.map((lane) => lane.number)),
      int4Array(nth),
      uuidArray(events.map((event) => event.id)),
      byteaArray(events.map((event) => event.digest)),
      textArray(events.map((event) => event.type)),
      int8Array(events.map((event) => event.occurredAt)),
      byteaArray(events.map((event) => event.key)),
      byteaArray(events.map((event) => event.envelope)),
      byteaArray(laneOf.map((lane, index) => lane.prefixes[nth[index]! - 1]!)),
      textArray(events.map((event) => event.keyId)),
      byteaArray(events.map((event) => event.box)),
    ];
  }

  private add(call: number, { events, expected }: AppendCall): void {
    const before = expected.map(({ tenant, stream }) => this.lanes.has(this.laneName(tenant, stream)));
    for (const event of events) {
      const lane = this.lane(event.tenant, event.stream);
      this.events.push(event);
      this.callOf.push(call);
      this.laneOf.push(lane);
      this.nth.push(lane.envelopes.push(event.envelope));
    }
    for (const [index, { tenant, stream, version }] of expected.entries()) {
      const lane = this.lanes.get(this.laneName(tenant, stream));
      if (!lane) throw new Error('a version is expected of a stream that the call does not append to');
      if (version === 'any') continue;
      this.conditions.push({ call, lane, version });
      this.intertwined ||= before[index]!;
    }
  }

  private lane(tenant: string, stream: string): Lane {
    const name = this.laneName(tenant, stream);
    let lane = this.lanes.get(name);
    if (!lane) this.lanes.set(name, (lane = { tenant: nameOf(tenant), stream: nameOf(stream), number: 0, envelopes: [], prefixes: [] }));
    return lane;
  }

  /** Most groups are of one tenant; joined names would cost more than all else here. */
  private laneName(tenant: string, stream: string): string {
    const name = nameOf(tenant);
    this.tenant ??= name;
    return name === this.tenant ? nameOf(stream) : `${name}/${nameOf(stream)}`;
  }

  /** Streams in the order of their ids, so that all appends lock them in one order. */
  private number(): void {
    const sorted = [...this.lanes.values()].sort((a, b) => (a.tenant === b.tenant ? compare(a.stream, b.stream) : compare(a.tenant, b.tenant)));
    for (const [index, lane] of sorted.entries()) {
      lane.number = index + 1;
      lane.prefixes = prefixes(lane.envelopes);
    }
    this.sorted = sorted;
  }
}

const compare = (a: string, b: string) => (a < b ? -1 : 1);

/** As the database takes it: -1 for any version but 0. Throws where it is no number of events. */
function numberOf(version: ExpectedVersion): number {
  if (version === 'exists') return -1;
  if (version === 'none') return 0;
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 0) throw new Error('an expected version is a number of events');
  return version;
}
