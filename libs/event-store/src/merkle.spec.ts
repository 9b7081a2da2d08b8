import fc from 'fast-check';
import { GrowingTree, inclusionPath, leafHash, rootFrom } from './merkle';

/** Inputs, roots and paths that the implementations of Certificate Transparency test themselves by (transparency-dev/merkle, testonly). */
const INPUTS = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map((hex) => Buffer.from(hex, 'hex'));
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const PATHS: [index: number, size: number, path: string[]][] = [
  [0, 1, []],
  [0, 8, ['96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7', '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e', '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4']],
  [5, 8, ['bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b', 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0', 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7']],
  [2, 3, ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']],
  [1, 5, ['6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d', '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e', 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b']],
];

function rootOf(leaves: readonly Buffer[]): Buffer {
  const tree = new GrowingTree();
  for (const leaf of leaves) tree.add(leaf);
  return tree.root();
}

/** The tree as the RFC defines it: cut at the greatest power of two below the size. */
function defined(leaves: readonly Buffer[]): Buffer {
  if (leaves.length < 2) return rootOf(leaves);
  const cut = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  return rootOf([defined(leaves.slice(0, cut)), defined(leaves.slice(cut))]);
}

const leaves = fc.array(fc.uint8Array({ maxLength: 8 }), { minLength: 1, maxLength: 70 }).map((inputs) => inputs.map((input) => leafHash(input)));

describe('a Merkle tree', () => {
  it.each(ROOTS.map((root, size) => ({ size, root })))('of $size leaves has the root of the test vectors', ({ size, root }) => {
    expect(rootOf(INPUTS.slice(0, size).map(leafHash)).toString('hex')).toBe(root);
  });

  it.each(PATHS)('leads from leaf %i of %i by the path of the test vectors', (index, size, expected) => {
    const path = inclusionPath(INPUTS.slice(0, size).map(leafHash), index);
    expect(path.map((hash) => hash.toString('hex'))).toEqual(expected);
    expect(rootFrom(leafHash(INPUTS[index]!), { index, size, path })!.toString('hex')).toBe(ROOTS[size]);
  });

  it('has the root that the definition gives, whatever its size', () => {
    fc.assert(fc.property(leaves, (list) => rootOf(list).equals(defined(list))));
  });

  it('leads from every leaf to its root', () => {
    fc.assert(
      fc.property(leaves, (list) => list.every((leaf, index) => rootFrom(leaf, { index, size: list.length, path: inclusionPath(list, index) })!.equals(rootOf(list)))),
    );
  });

  it('leads to another root, or none, from another leaf, another place or a changed path', () => {
    const changed = fc.constantFrom('leaf', 'index', 'path', 'longer', 'shorter');
    fc.assert(
      fc.property(leaves, fc.nat(), changed, (list, at, change) => {
        const index = at % list.length;
        const proof = { index, size: list.length, path: inclusionPath(list, index) as Uint8Array[] };
        if (change === 'index') proof.index = (index + 1) % list.length;
        if (change === 'path') proof.path = proof.path.map((hash) => Buffer.from(hash).fill(7, 0, 1).fill(9, 1, 2));
        if (change === 'longer') proof.path.push(Buffer.alloc(32));
        if (change === 'shorter') proof.path.pop();
        fc.pre(proof.index !== index || change === 'leaf' || change === 'longer' || proof.path.length > 0 || list.length > 1);
        fc.pre(new Set(list.map((leaf) => leaf.toString('hex'))).size === list.length);
        const leaf = change === 'leaf' ? leafHash(Buffer.alloc(9, 1)) : list[index]!;
        const root = rootFrom(leaf, proof);
        return root === undefined || !root.equals(rootOf(list));
      }),
    );
  });

  it('has no path from a leaf that is not in it', () => {
    expect(() => inclusionPath(INPUTS.map(leafHash), 8)).toThrow(RangeError);
    expect(rootFrom(leafHash(INPUTS[0]!), { index: 8, size: 8, path: [] })).toBeUndefined();
  });
});
