import { byteaArray, int4Array, int8Array, textArray, uuidArray } from '@throughline/postgres';
import { prefixes } from './chain';
import type { NewEvent } from './event-store.contract';

/** An event and its place in the call to `append` that brought it (from 0). */
export interface PlacedEvent {
  event: NewEvent;
  place: number;
}

interface Lane {
  tenant: string;
  stream: string;
  /** From 1, as PostgreSQL counts. */
  number: number;
  events: PlacedEvent[];
  prefixes: Buffer[];
}

/** Events that go into the log together, with what the database needs to know of their streams. */
export interface AppendGroup {
  events: readonly PlacedEvent[];
  lanes: readonly Lane[];
  /** Of each event: the number of its lane, its place in it (from 1) and the chain's prefix there. */
  laneOf: number[];
  nth: number[];
  prefix: Buffer[];
}

/** Streams in the order of their ids, so that all appends lock them in one order. */
export function groupByStream(events: readonly PlacedEvent[]): AppendGroup {
  const byStream = new Map<string, Lane>();
  for (const placed of events) {
    const { tenant, stream } = placed.event;
    const key = `${tenant}/${stream}`.toLowerCase();
    const lane = byStream.get(key) ?? { tenant, stream, number: 0, events: [], prefixes: [] };
    byStream.set(key, lane);
    lane.events.push(placed);
  }
  const lanes = [...byStream].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, lane]) => lane);
  return number(events, lanes);
}

function number(events: readonly PlacedEvent[], lanes: Lane[]): AppendGroup {
  const places = new Map<PlacedEvent, { lane: number; nth: number; prefix: Buffer }>();
  lanes.forEach((lane, index) => {
    lane.number = index + 1;
    lane.prefixes = prefixes(lane.events.map(({ event }) => event.envelope));
    lane.events.forEach((placed, i) => places.set(placed, { lane: lane.number, nth: i + 1, prefix: lane.prefixes[i]! }));
  });
  const at = events.map((placed) => places.get(placed)!);
  return { events, lanes, laneOf: at.map((a) => a.lane), nth: at.map((a) => a.nth), prefix: at.map((a) => a.prefix) };
}

/** Parameters of the function append_events (append.sql.ts). */
export function appendParameters(group: AppendGroup): Buffer[] {
  return [...laneParameters(group), int4Array(group.laneOf), int4Array(group.nth), ...eventParameters(group)];
}

/** Parameters of the function write_events after the first two; `n` is each event's place in the log. */
export function writeParameters(group: AppendGroup, n: readonly bigint[]): Buffer[] {
  return [...laneParameters(group), int4Array(group.laneOf), int4Array(group.nth), int8Array(n), ...eventParameters(group)];
}

const laneParameters = ({ lanes }: AppendGroup) => [
  uuidArray(lanes.map((lane) => lane.tenant)),
  uuidArray(lanes.map((lane) => lane.stream)),
  int4Array(lanes.map((lane) => lane.events.length)),
  byteaArray(lanes.map((lane) => lane.prefixes.at(-1)!)),
];

function eventParameters({ events, prefix }: AppendGroup): Buffer[] {
  const all = events.map(({ event }) => event);
  return [
    uuidArray(all.map((event) => event.id)),
    byteaArray(all.map((event) => event.digest)),
    textArray(all.map((event) => event.type)),
    int8Array(all.map((event) => event.occurredAt)),
    byteaArray(all.map((event) => event.key)),
    byteaArray(all.map((event) => event.envelope)),
    byteaArray(prefix),
    textArray(all.map((event) => event.keyId)),
    byteaArray(all.map((event) => event.box)),
  ];
}
