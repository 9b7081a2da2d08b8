import { hash } from 'node:crypto';

/**
 * Merkle trees as RFC 9162, section 2.1 (and RFC 6962) has them, over SHA-256. A leaf is hashed behind 0x00 and a node
 * behind 0x01, so neither can stand for the other.
 */
const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

const sha256 = (...parts: Uint8Array[]): Buffer => hash('sha256', Buffer.concat(parts), 'buffer');

export const leafHash = (data: Uint8Array) => sha256(LEAF, data);
const nodeHash = (left: Uint8Array, right: Uint8Array) => sha256(NODE, left, right);

/** The root over a list that is given leaf by leaf: it holds log2(size) hashes, not the list. */
export class GrowingTree {
  /** Roots of the full trees that the list falls into, the greatest first. */
  private readonly peaks: Buffer[] = [];
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** @param leaf what `leafHash` made */
  add(leaf: Buffer): void {
    let node = leaf;
    for (let rest = this.count; rest % 2 === 1; rest = (rest - 1) / 2) node = nodeHash(this.peaks.pop()!, node);
    this.peaks.push(node);
    this.count += 1;
  }

  root(): Buffer {
    return this.count === 0 ? sha256() : this.peaks.reduceRight((right, left) => nodeHash(left, right));
  }
}

/** The hashes that lead from a leaf to the root, the leaf's neighbour first (RFC 9162, section 2.1.3.1). */
export function inclusionPath(leaves: readonly Buffer[], index: number): Buffer[] {
  if (index < 0 || index >= leaves.length) throw new RangeError('no such leaf');
  const path: Buffer[] = [];
  let [level, at] = [leaves, index];
  while (level.length > 1) {
    const neighbour = level[at ^ 1];
    if (neighbour) path.push(neighbour);
    [level, at] = [parents(level), at >> 1];
  }
  return path;
}

/** A last one without a neighbour goes up as it is. */
const parents = (level: readonly Buffer[]): Buffer[] =>
  Array.from({ length: Math.ceil(level.length / 2) }, (_, i) => {
    const [left, right] = [level[2 * i]!, level[2 * i + 1]];
    return right ? nodeHash(left, right) : left;
  });

/** Where a leaf stands in a tree, and how to get from it to the root. */
export interface Inclusion {
  index: number;
  size: number;
  path: readonly Uint8Array[];
}

/** The root that a leaf leads to; undefined where the path has not the length that place and size give it (RFC 9162, section 2.1.3.2). */
export function rootFrom(leaf: Buffer, { index, size, path }: Inclusion): Buffer | undefined {
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(index) || index < 0 || index >= size) return undefined;
  let [at, last, root] = [index, size - 1, leaf];
  for (const neighbour of path) {
    if (last === 0) return undefined;
    if (at % 2 === 1 || at === last) {
      root = nodeHash(neighbour, root);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else {
      root = nodeHash(root, neighbour);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 ? root : undefined;
}
