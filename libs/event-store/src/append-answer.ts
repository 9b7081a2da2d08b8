import type { Position } from '@throughline/contracts';
import type { AppendCall } from './append-call';
import type { AppendGroup } from './append-group';
import type { AppendOutcome, AppendResult, NewEvent, VersionRefusal } from './event-store.contract';

/** What the functions of append.sql.ts return. Of a group that was appended whole, the last three are null. */
export interface AppendRow {
  generation: number;
  xid: string;
  first_n: string;
  recorded_at: string;
  /** Of each stream its version before, joined by commas. */
  versions: string;
  taken: { place: number; xid: string; n: string; digest: string | null }[] | null;
  refused: Refused[] | null;
  /** Of each event its place in its stream's group, joined by commas; those that were left out have none. */
  nth: string | null;
}

/** Numbers of a call of the group, and of the group's conditions, from 1. */
interface Refused {
  call: number;
  condition: number;
  actual: number;
}

/** A place of the log whose id is known, and the digest it came with (undefined once erased). */
interface Taken {
  position: Position;
  digest: Uint8Array | undefined;
}

/** The answers of a group, in the order of its calls. */
export function answersOf(group: AppendGroup, row: AppendRow): AppendResult[] {
  const answer = new GroupAnswer(group, row);
  let first = 0;
  return group.calls.map((call, index) => {
    const start = first;
    first += call.events.length;
    return answer.refusal(index + 1) ?? answer.outcomes(call, start);
  });
}

class GroupAnswer {
  private readonly versions: readonly number[];
  private readonly nth: readonly number[];
  private readonly taken: ReadonlyMap<number, Taken>;
  private readonly refused: ReadonlyMap<number, Refused>;
  private readonly recordedAt: number;
  private readonly xid: bigint;
  private readonly first: bigint;

  constructor(
    private readonly group: AppendGroup,
    private readonly row: AppendRow,
  ) {
    this.versions = row.versions.split(',').map(Number);
    this.nth = row.nth === null ? group.nth : row.nth.split(',').map(Number);
    this.taken = takenBy(row);
    this.refused = new Map(row.refused?.map((refusal) => [refusal.call, refusal]));
    this.recordedAt = Number(row.recorded_at);
    this.xid = BigInt(row.xid);
    this.first = BigInt(row.first_n);
  }

  refusal(call: number): VersionRefusal | undefined {
    const refused = this.refused.get(call);
    if (!refused) return undefined;
    const { lane, version } = this.group.conditions[refused.condition - 1]!;
    return { outcome: 'refused', tenant: lane.tenant, stream: lane.stream, expected: version, actual: refused.actual };
  }

  /** @param start place in the group of the call's first event */
  outcomes(call: AppendCall, start: number): AppendOutcome[] {
    let firsts = 0;
    return call.given.map((event, index) => {
      const place = call.places[index]!;
      const isFirst = place === firsts;
      if (isFirst) firsts += 1;
      const known = this.taken.get(start + place);
      if (known) return judge(event, known);
      return isFirst ? this.appended(start + place) : judge(event, { position: this.position(start + place), digest: call.events[place]!.digest });
    });
  }

  private appended(place: number): AppendOutcome {
    const version = this.versions[this.group.laneOf[place]!.number - 1]! + this.nth[place]!;
    return { outcome: 'appended', position: this.position(place), version, recordedAt: this.recordedAt };
  }

  private position(place: number): Position {
    return { generation: this.row.generation, xid: this.xid, n: this.first + BigInt(place) };
  }
}

function takenBy({ taken, generation }: AppendRow): Map<number, Taken> {
  return new Map(
    taken?.map(({ place, xid, n, digest }) => [
      place - 1,
      { position: { generation, xid: BigInt(xid), n: BigInt(n) }, digest: digest === null ? undefined : Buffer.from(digest, 'hex') },
    ]),
  );
}

/** Of an event whose id is there: the same again, or another content under the same id. */
function judge(event: NewEvent, { position, digest }: Taken): AppendOutcome {
  const same = digest === undefined || Buffer.compare(event.digest, digest) === 0;
  return { outcome: same ? 'duplicate' : 'conflict', position };
}
