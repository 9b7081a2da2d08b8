import { uuidBytes } from '@throughline/postgres';
import type { HeadEntry, InclusionEntry, TenantHeads } from './digest.contract';
import { GrowingTree, leafHash, rootFrom, type Inclusion } from './merkle';

const int64 = (number: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(number));
  return bytes;
};

/** Leaf of a tenant's tree: tenant (16 bytes), stream (16), version (8, big-endian), head (32). */
export const streamLeaf = (tenant: string, [stream, version, head]: HeadEntry) =>
  leafHash(Buffer.concat([uuidBytes(tenant), uuidBytes(stream), int64(version), Buffer.from(head, 'base64url')]));

/** Leaf of the whole: tenant (16 bytes), number of its streams (8, big-endian), root of its tree (32). */
export const tenantLeaf = (tenant: string, streams: number, root: Uint8Array) => leafHash(Buffer.concat([uuidBytes(tenant), int64(streams), root]));

/** Root of a tenant's tree. */
export function tenantRoot({ tenant, streams }: Pick<TenantHeads, 'tenant' | 'streams'>): Buffer {
  const tree = new GrowingTree();
  for (const entry of streams) tree.add(streamLeaf(tenant, entry));
  return tree.root();
}

/** Root over the tenants. */
export function totalRoot(tenants: readonly TenantHeads[]): Buffer {
  const tree = new GrowingTree();
  for (const { tenant, streams, root } of tenants) tree.add(tenantLeaf(tenant, streams.length, Buffer.from(root, 'hex')));
  return tree.root();
}

/** A path out of a file. */
export const pathOf = ({ path, ...place }: InclusionEntry): Inclusion => ({ ...place, path: path.map((hash) => Buffer.from(hash, 'base64url')) });

/** True where the tenant's tree is the one that the header's root covers. */
export function isInTotal(root: string, { tenant, streams }: { tenant: string; streams: number }, tenantTree: Buffer, inTotal: InclusionEntry): boolean {
  return rootFrom(tenantLeaf(tenant, streams, tenantTree), pathOf(inTotal))?.toString('hex') === root;
}
