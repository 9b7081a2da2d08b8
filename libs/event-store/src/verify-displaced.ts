import type { Tx } from '@throughline/postgres';
import { advance, sameBytes, type ChainState } from './chain';
import type { StreamFault } from './verify-stream';

/** How far behind a break another version is looked for. */
const WINDOW = 1_000;
const LATER = `SELECT version, group_start, envelope, chain FROM event
  WHERE tenant = $1 AND stream = $2 AND version > $3 ORDER BY version LIMIT ${WINDOW}`;

/** A row that may have been somewhere else. */
interface Candidate {
  envelope: Uint8Array;
  chain: Uint8Array;
  groupStart: number;
}

/**
 * True where this row's envelope is what was appended behind `before`: it then gives the chain that it brought with it or
 * the one that was left there.
 */
function belongs(before: ChainState, row: Candidate, left: Uint8Array | undefined): boolean {
  const version = before.version + 1;
  const starts = new Set([row.groupStart, version, before.groupStart]);
  return [...starts].some((groupStart) => {
    const after = advance(before, { envelope: row.envelope, groupStart });
    return after !== undefined && (sameBytes(after.head, row.chain) || (left !== undefined && sameBytes(after.head, left)));
  });
}

/** The later version of the same stream that holds what was appended here. */
export async function swappedWith(tx: Tx, tenant: string, stream: string, { before, row }: StreamFault): Promise<number | undefined> {
  if (!before || !row) return undefined;
  type Row = { version: string; group_start: string; envelope: Buffer; chain: Buffer };
  const { rows } = await tx.query<Row>(LATER, [tenant, stream, row.version]);
  const found = rows.find((later) => belongs(before, { ...later, groupStart: Number(later.group_start) }, row.chain));
  return found && Number(found.version);
}

/** A fault with its stream. */
export interface PlacedFault extends StreamFault {
  tenant: string;
  stream: string;
}

const nameOf = ({ tenant, stream, version }: PlacedFault) => `version ${version} of stream ${stream} of tenant ${tenant}`;

/** Events that stand where they were not appended are held against the places where one is missing. */
export function nameDisplaced(faults: readonly PlacedFault[]): PlacedFault[] {
  const named = [...faults];
  for (const [gap, place] of faults.entries()) {
    if (!place.before) continue;
    const at = faults.findIndex((other) => other !== place && strayed(other) && belongs(place.before!, candidate(other), place.row?.chain));
    if (at < 0) continue;
    const stray = faults[at]!;
    named[at] = { ...named[at]!, fault: 'moved', detail: `it was appended as ${nameOf(place)}` };
    named[gap] = { ...named[gap]!, detail: `${named[gap]!.detail}; what was appended here is now ${nameOf(stray)}` };
  }
  return named;
}

/** A row that the chain of its stream does not know. */
const strayed = ({ fault, row }: PlacedFault) => row !== undefined && ['envelope-changed', 'group-changed', 'after-head', 'moved'].includes(fault);

const candidate = ({ row }: PlacedFault): Candidate => ({ envelope: row!.envelope, chain: row!.chain, groupStart: Number(row!.group_start) });
