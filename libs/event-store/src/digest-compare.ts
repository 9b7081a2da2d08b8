import type { DigestFile, TenantHeads } from './digest.contract';
import { headerHash } from './digest-header';

/** How a stream of the older digest cannot have become that of the newer. */
export interface Regression {
  tenant: string;
  stream: string;
  fault: 'gone' | 'shorter' | 'rewritten';
}

export interface Comparison {
  /** `linked`: the newer names the older's hash. `apart`: digests lie between them. `broken`: it should name it, and does not. */
  chain: 'linked' | 'apart' | 'broken';
  /** Streams that grew, and that are new: whether the old head is a prefix of what grew only the log can say (`verifyAgainstDigest`). */
  grown: number;
  added: number;
  unchanged: number;
  regressions: Regression[];
}

/**
 * Holds two digests of one log against each other without a database: no stream may be gone or shorter, and one of the same
 * version has the same head. Compares the tenants that both hold, or all where both are whole.
 */
export function compareDigests(older: DigestFile, newer: DigestFile): Comparison {
  const comparison: Comparison = { chain: chainOf(older, newer), grown: 0, added: 0, unchanged: 0, regressions: [] };
  const now = new Map(newer.tenants.map((heads) => [heads.tenant, heads]));
  const before = new Set(older.tenants.map(({ tenant }) => tenant));
  for (const heads of older.tenants) {
    if (now.has(heads.tenant) || !newer.inTotal) compareTenant(heads, now.get(heads.tenant), comparison);
  }
  if (!older.inTotal) for (const { tenant, streams } of newer.tenants) if (!before.has(tenant)) comparison.added += streams.length;
  return comparison;
}

function chainOf({ header: older }: DigestFile, { header: newer }: DigestFile): Comparison['chain'] {
  if (older.service !== newer.service || newer.number <= older.number) return 'broken';
  if (newer.number > older.number + 1) return 'apart';
  return newer.previous === headerHash(older) ? 'linked' : 'broken';
}

function compareTenant({ tenant, streams }: TenantHeads, newer: TenantHeads | undefined, comparison: Comparison): void {
  const now = new Map(newer?.streams.map((entry) => [entry[0], entry]));
  for (const [stream, version, head] of streams) {
    const [, newVersion, newHead] = now.get(stream) ?? [];
    const fault = faultOf(version, head, newVersion, newHead);
    if (fault) comparison.regressions.push({ tenant, stream, fault });
    else if (newVersion === version) comparison.unchanged += 1;
    else comparison.grown += 1;
    now.delete(stream);
  }
  comparison.added += now.size;
}

function faultOf(version: number, head: string, newVersion: number | undefined, newHead: string | undefined): Regression['fault'] | undefined {
  if (newVersion === undefined) return 'gone';
  if (newVersion < version) return 'shorter';
  return newVersion === version && newHead !== head ? 'rewritten' : undefined;
}
