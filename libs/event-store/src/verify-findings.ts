import { formatPosition } from '@throughline/contracts';
import { nameDisplaced, type PlacedFault } from './verify-displaced';
import type { LostEvent } from './verify-ids';
import type { Gap } from './verify-stream';
import type { Finding } from './verify.contract';

interface Place {
  xid: string;
  n: string;
}

interface Lost extends LostEvent {
  tenant: string;
}

/** A finding with the place it is sorted by: its own, or that of the row beside a hole. */
interface Placed {
  finding: Finding;
  place: Place | undefined;
}

/** Collects what a walk finds, a bounded number of it, and puts it into words. */
export class Findings {
  private readonly faults: PlacedFault[] = [];
  private readonly lost: Lost[] = [];
  private more = 0;

  constructor(private readonly keep: number) {}

  readonly add = (fault: PlacedFault): void => {
    if (this.faults.length < this.keep) this.faults.push(fault);
    else this.more += 1;
  };

  addLost(tenant: string, event: LostEvent): void {
    if (this.lost.length < this.keep) this.lost.push({ ...event, tenant });
    else this.more += 1;
  }

  /** In the order of the log: the first is the first bad event. */
  report(generation: number): { findings: Finding[]; more: number } {
    const named = new Set(this.lost.filter(({ id, tenant }) => this.faults.some((fault) => fault.row?.id === id && fault.tenant === tenant)));
    const faults = nameDisplaced(this.faults).map((fault) => this.placed(fault, generation, named));
    const lost = this.lost.filter((event) => !named.has(event)).map((event) => lostFinding(event, generation));
    const findings = [...faults, ...lost].sort(byPlace).map(({ finding }) => finding);
    return { findings, more: this.more };
  }

  private placed(fault: PlacedFault, generation: number, named: Set<Lost>): Placed {
    const { gap, row } = fault;
    const gone = gap ? this.goneIn(fault, named) : undefined;
    return { finding: findingOf(fault, gone ?? row, generation), place: gone ?? row ?? gap?.until ?? gap?.after };
  }

  /** The first event of a hole, where as many ids lead nowhere between its edges as events are gone. */
  private goneIn({ tenant, gap }: PlacedFault, named: Set<Lost>): Lost | undefined {
    const within = this.lost.filter((event) => event.tenant === tenant && isBetween(event, gap!));
    if (within.length !== gap!.count) return undefined;
    for (const event of within) named.add(event);
    return within.sort(inLogOrder)[0];
  }
}

function findingOf({ fault, tenant, stream, version, detail }: PlacedFault, event: (Place & { id: string }) | undefined, generation: number): Finding {
  return { fault, tenant, stream, version, ...(event && { position: positionOf(event, generation), eventId: event.id }), detail };
}

function lostFinding(event: Lost, generation: number): Placed {
  const detail = 'an event with this id was appended here and is in no stream';
  const finding: Finding = { fault: 'event-missing', tenant: event.tenant, position: positionOf(event, generation), eventId: event.id, detail };
  return { finding, place: event };
}

const positionOf = ({ xid, n }: Place, generation: number) => formatPosition({ generation, xid: BigInt(xid), n: BigInt(n) });

const isBetween = (event: Place, { after, until }: Gap) => (!after || inLogOrder(after, event) <= 0) && (!until || inLogOrder(event, until) <= 0);

/** What has no place comes last; of one event what needs no body first, since it may be the cause of the others. */
function byPlace(a: Placed, b: Placed): number {
  if (!a.place || !b.place) return a.place === b.place ? 0 : a.place ? -1 : 1;
  return inLogOrder(a.place, b.place) || depth(a.finding) - depth(b.finding);
}

/** 0: envelope and columns, 1: what stands beside the body, 2: the body itself. */
const depth = ({ fault }: Finding) => (OPENED.has(fault) ? 2 : fault.startsWith('body-') ? 1 : 0);
const OPENED: ReadonlySet<Finding['fault']> = new Set(['body-unopenable', 'body-other', 'blob-missing']);

function inLogOrder(a: Place, b: Place): number {
  const [x, y] = a.xid === b.xid ? [BigInt(a.n), BigInt(b.n)] : [BigInt(a.xid), BigInt(b.xid)];
  return x === y ? 0 : x < y ? -1 : 1;
}
