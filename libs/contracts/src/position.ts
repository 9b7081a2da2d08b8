/** A place in a log: the opaque text `<log generation>.<xid8>.<n>`. Only the owner of the log compares two of them. */
export interface Position {
  generation: number;
  /** Transaction id (xid8) under which the event counts: that of its writer or one stamped before it (ADR 0009). */
  xid: bigint;
  /** Place drawn from the log's sequence. */
  n: bigint;
}

/** The text of a position; `parsePosition` reads it. */
export const formatPosition = ({ generation, xid, n }: Position) => `${generation}.${xid}.${n}`;

/** The position a text stands for, or undefined where it is none. */
export function parsePosition(text: string): Position | undefined {
  const match = /^(\d{1,10})\.(\d{1,20})\.(\d{1,19})$/.exec(text);
  return match ? { generation: Number(match[1]), xid: BigInt(match[2]!), n: BigInt(match[3]!) } : undefined;
}

/** Negative where a lies before b, 0 where they are one. Across generations the generation decides. */
export function comparePositions(a: Position, b: Position): number {
  if (a.generation !== b.generation) return a.generation - b.generation;
  if (a.xid !== b.xid) return a.xid < b.xid ? -1 : 1;
  return a.n === b.n ? 0 : a.n < b.n ? -1 : 1;
}
