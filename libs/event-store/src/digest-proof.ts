import type { DigestFault, DigestFile, InclusionEntry, StreamProof } from './digest.contract';
import { signatureFault } from './digest-header';
import { isInTotal, pathOf, streamLeaf, tenantLeaf } from './digest-tree';
import { inclusionPath, rootFrom } from './merkle';

function inclusionOf(leaves: readonly Buffer[], index: number): InclusionEntry {
  return { index, size: leaves.length, path: inclusionPath(leaves, index).map((hash) => hash.toString('base64url')) };
}

/** Where a tenant stands in the whole. */
function tenantInclusion({ tenants, inTotal }: DigestFile, index: number): InclusionEntry {
  if (inTotal) return inTotal;
  return inclusionOf(tenants.map(({ tenant, streams, root }) => tenantLeaf(tenant, streams.length, Buffer.from(root, 'hex'))), index);
}

/** One tenant's part of a digest, which names no other tenant; undefined where the digest has no such tenant. */
export function tenantPart(file: DigestFile, tenant: string): DigestFile | undefined {
  const index = file.tenants.findIndex((heads) => heads.tenant === tenant);
  if (index < 0) return undefined;
  const { header, signature, publicKey } = file;
  return { header, signature, publicKey, tenants: [file.tenants[index]!], inTotal: tenantInclusion(file, index) };
}

/** Proof that the head of a stream stood in the digest; undefined where the digest has no such stream. */
export function proveStream(file: DigestFile, tenant: string, stream: string): StreamProof | undefined {
  const part = tenantPart(file, tenant);
  const streams = part?.tenants[0]!.streams ?? [];
  const index = streams.findIndex(([id]) => id === stream);
  if (!part || index < 0) return undefined;
  const { header, signature, publicKey, inTotal } = part;
  const [, version, head] = streams[index]!;
  const inTenant = inclusionOf(streams.map((entry) => streamLeaf(tenant, entry)), index);
  return { header, signature, publicKey, tenant, stream, version, head, inTenant, inTotal: inTotal! };
}

/** What is wrong with a proof; empty where it proves what it says. @param publicKey SPKI, DER: the key it must be signed with */
export function checkProof(proof: StreamProof, publicKey?: Uint8Array): DigestFault[] {
  const { header, tenant, stream, version, head, inTenant, inTotal } = proof;
  const tree = rootFrom(streamLeaf(tenant, [stream, version, head]), pathOf(inTenant));
  const included = tree !== undefined && isInTotal(header.root, { tenant, streams: inTenant.size }, tree, inTotal);
  const root: DigestFault = { fault: 'root', detail: 'the stream with this version and head does not lead to the root that was signed' };
  return [...signatureFault(proof, publicKey), ...(included ? [] : [root])];
}
