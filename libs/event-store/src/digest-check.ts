import type { DigestFault, DigestFile, SignedHeader, TenantHeads } from './digest.contract';
import { headerHash, signatureFault } from './digest-header';
import { isInTotal, tenantRoot, totalRoot } from './digest-tree';

/** What is wrong with a digest's file, by itself: signature, trees, order, counts. Empty where it is whole. */
export function checkDigest(file: DigestFile, publicKey?: Uint8Array): DigestFault[] {
  return [...signatureFault(file, publicKey), ...file.tenants.flatMap(tenantFaults), ...orderFaults(file), ...totalFaults(file)];
}

function tenantFaults(heads: TenantHeads): DigestFault[] {
  const { tenant, streams, root } = heads;
  if (!rises(streams.map(([stream]) => stream))) return [{ fault: 'order', detail: `the streams of the tenant ${tenant} are not in order` }];
  return tenantRoot(heads).toString('hex') === root ? [] : [{ fault: 'tenant-root', detail: `the heads of the tenant ${tenant} are not those of its root` }];
}

function orderFaults({ tenants }: DigestFile): DigestFault[] {
  return rises(tenants.map(({ tenant }) => tenant)) ? [] : [{ fault: 'order', detail: 'the tenants are not in order' }];
}

const rises = (ids: readonly string[]) => ids.every((id, index) => index === 0 || ids[index - 1]! < id);

function totalFaults({ header, tenants, inTotal }: DigestFile): DigestFault[] {
  const wrong: DigestFault = { fault: 'root', detail: 'the roots of the tenants do not lead to the root that was signed' };
  if (inTotal) {
    const [only] = tenants;
    const leads = only !== undefined && tenants.length === 1 && isInTotal(header.root, { tenant: only.tenant, streams: only.streams.length }, Buffer.from(only.root, 'hex'), inTotal);
    return leads ? [] : [wrong];
  }
  const streams = tenants.reduce((sum, own) => sum + own.streams.length, 0);
  const events = tenants.reduce((sum, own) => sum + own.streams.reduce((all, [, version]) => all + version, 0), 0);
  const counted = header.tenants === tenants.length && header.streams === streams && header.events === events;
  const count: DigestFault = { fault: 'count', detail: 'it does not hold as many tenants, streams and events as its header says' };
  return [...(counted ? [] : [count]), ...(totalRoot(tenants).toString('hex') === header.root ? [] : [wrong])];
}

/** What is wrong in a row of digests: each must name the hash of the one before it. @param before the one before the first; undefined where the first is number 1 */
export function chainFaults(digests: readonly SignedHeader[], before?: SignedHeader, publicKey?: Uint8Array): DigestFault[] {
  return digests.flatMap((signed, index) => {
    const last = index === 0 ? before : digests[index - 1];
    const { number, previous } = signed.header;
    const follows = number === (last?.header.number ?? 0) + 1 && previous === (last ? headerHash(last.header) : '');
    const broken: DigestFault = { fault: 'chain', detail: `digest ${number} does not follow the one before it` };
    return [...signatureFault(signed, publicKey).map(({ fault, detail }) => ({ fault, detail: `digest ${number}: ${detail}` })), ...(follows ? [] : [broken])];
  });
}
