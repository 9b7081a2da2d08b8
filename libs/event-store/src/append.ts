import type { Position } from '@throughline/contracts';
import type { Tx } from '@throughline/postgres';
import { type AppendGroup, appendParameters, groupByStream, type PlacedEvent, writeParameters } from './append-group';
import type { AppendOutcome, NewEvent } from './event-store.contract';

const APPEND = `SELECT generation, xid::text, first_n, recorded_at, taken, versions FROM append_events(${parameters(15)})`;
const WRITE = `SELECT write_events(${parameters(18)}) AS versions`;

function parameters(count: number): string {
  return Array.from({ length: count }, (_, index) => `$${index + 1}`).join(', ');
}

interface Appended {
  generation: number;
  xid: string;
  first_n: string;
  recorded_at: string;
  taken: { place: number; xid: string; n: string; digest: string | null }[] | null;
  versions: string[] | null;
}

/** A place of the log whose id is known, and the digest it came with (undefined once erased). */
interface Taken {
  position: Position;
  digest: Uint8Array | undefined;
}

const idOf = ({ tenant, id }: NewEvent) => `${tenant}/${id}`.toLowerCase();

/** Appends in one round trip where all events are new, in two where the log knew some. */
export async function append(tx: Tx, events: readonly NewEvent[]): Promise<AppendOutcome[]> {
  if (!events.length) return [];
  const firsts = firstOfEachId(events);
  const indexes = [...firsts.values()];
  const group = groupByStream(indexes.map((index, place) => ({ event: events[index]!, place })));
  const { rows } = await tx.query<Appended>({ name: 'append_events', text: APPEND, values: appendParameters(group) });
  const stamp = rows[0]!;
  const outcomes = stamp.taken ? await appendOthers(tx, group, stamp) : appended(group, stamp, stamp.versions!);
  const byIndex = new Map(indexes.map((index, place) => [index, outcomes[place]!]));
  return events.map((event, index) => {
    const first = firsts.get(idOf(event))!;
    return outcomeOf(event, byIndex.get(first)!, first === index ? undefined : events[first]);
  });
}

/** By id the index of its first event: in one call as against the log, the first stands. */
function firstOfEachId(events: readonly NewEvent[]): Map<string, number> {
  const firsts = new Map<string, number>();
  events.forEach((event, index) => firsts.has(idOf(event)) || firsts.set(idOf(event), index));
  return firsts;
}

type Judged = AppendOutcome & { stored?: Taken };

/** @param first the event before it in the call that has the same id */
function outcomeOf(event: NewEvent, outcome: Judged, first: NewEvent | undefined): AppendOutcome {
  if (outcome.stored) return judge(event, outcome.stored);
  return first ? judge(event, { position: outcome.position, digest: first.digest }) : outcome;
}

function judge(event: NewEvent, { position, digest }: Taken): AppendOutcome {
  const same = digest === undefined || Buffer.compare(event.digest, digest) === 0;
  return { outcome: same ? 'duplicate' : 'conflict', position };
}

const position = (stamp: Appended, place: number): Position => ({
  generation: stamp.generation,
  xid: BigInt(stamp.xid),
  n: BigInt(stamp.first_n) + BigInt(place),
});

function appended(group: AppendGroup, stamp: Appended, versions: readonly string[]): AppendOutcome[] {
  return group.events.map(({ place }, index) => ({
    outcome: 'appended',
    position: position(stamp, place),
    version: Number(versions[group.laneOf[index]! - 1]) + group.nth[index]!,
    recordedAt: Number(stamp.recorded_at),
  }));
}

/** Writes the events that the log did not know; their hashes are made again, without the others. */
async function appendOthers(tx: Tx, group: AppendGroup, stamp: Appended): Promise<Judged[]> {
  const outcomes: Judged[] = [];
  for (const { place, xid, n, digest } of stamp.taken!) {
    const stored = {
      position: { generation: stamp.generation, xid: BigInt(xid), n: BigInt(n) },
      digest: digest === null ? undefined : Buffer.from(digest, 'hex'),
    };
    outcomes[place - 1] = { outcome: 'duplicate', position: stored.position, stored };
  }
  const others = group.events.filter(({ place }) => !outcomes[place]);
  for (const [index, outcome] of (await write(tx, others, stamp)).entries()) outcomes[others[index]!.place] = outcome;
  return outcomes;
}

async function write(tx: Tx, events: readonly PlacedEvent[], stamp: Appended): Promise<AppendOutcome[]> {
  if (!events.length) return [];
  const group = groupByStream(events);
  const n = events.map(({ place }) => position(stamp, place).n);
  const values = [stamp.xid, stamp.recorded_at, ...writeParameters(group, n)];
  const { rows } = await tx.query<{ versions: string[] }>({ name: 'write_events', text: WRITE, values });
  return appended(group, stamp, rows[0]!.versions);
}
