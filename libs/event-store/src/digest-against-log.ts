import type { Database, Tx } from '@throughline/postgres';
import type { DigestFault, DigestFile, HeadEntry, SignedHeader, TenantHeads } from './digest.contract';
import { chainFaults } from './digest-check';
import { headerHash } from './digest-header';
import { readDigests } from './digest-table';
import type { Finding, VerifyProgress } from './verify.contract';

const PAGE = 1_000;
const AT = `SELECT e.chain, e.recorded_at, e.id FROM unnest($2::uuid[], $3::bigint[]) WITH ORDINALITY AS g(stream, version, place)
  LEFT JOIN event e ON e.tenant = $1 AND e.stream = g.stream AND e.version = g.version ORDER BY g.place`;

type LogDatabase = Pick<Database, 'relay'>;

/** What a log says to a digest: each head must still be what its stream's chain is at that version. */
export interface DigestReport {
  streams: number;
  findings: Finding[];
  /** Findings beyond those kept. */
  more: number;
}

export interface AgainstDigestOptions {
  /** Findings kept (default 100). */
  keep?: number;
  onProgress?: (progress: VerifyProgress) => void;
}

/**
 * Holds a log against a digest that was taken of it: what came later does not matter, what is gone or was rewritten is
 * named. It compares with the chain beside the events; that this belongs to the envelopes, `verifyLog` says.
 */
export async function verifyAgainstDigest(database: LogDatabase, file: DigestFile, options: AgainstDigestOptions = {}): Promise<DigestReport> {
  const total = file.tenants.reduce((sum, { streams }) => sum + streams.length, 0);
  const keep = options.keep ?? 100;
  const report: DigestReport = { streams: 0, findings: [], more: 0 };
  for (const { tenant, streams: entries } of file.tenants) {
    for (let at = 0; at < entries.length; at += PAGE) {
      const page = entries.slice(at, at + PAGE);
      const found = await database.relay((tx) => comparePage(tx, tenant, page, file));
      const kept = found.slice(0, keep - report.findings.length);
      report.findings.push(...kept);
      report.more += found.length - kept.length;
      report.streams += page.length;
      options.onProgress?.({ events: 0, share: report.streams / total });
    }
  }
  return report;
}

interface AtRow {
  chain: Buffer | null;
  recorded_at: string | null;
  id: string | null;
}

async function comparePage(tx: Tx, tenant: TenantHeads['tenant'], entries: readonly HeadEntry[], { header }: DigestFile): Promise<Finding[]> {
  const values = [tenant, entries.map(([stream]) => stream), entries.map(([, version]) => version)];
  const { rows } = await tx.query<AtRow>({ name: 'digest-compare', text: AT, values });
  return entries.flatMap(([stream, version, head], index): Finding[] => {
    const row = rows[index]!;
    const fault = faultOf(row, head, header.recordedUpTo);
    return fault ? [{ ...fault, tenant, stream, version, ...(row.id && { eventId: row.id }) }] : [];
  });
}

function faultOf({ chain, recorded_at }: AtRow, head: string, recordedUpTo: number): Pick<Finding, 'fault' | 'detail'> | undefined {
  if (chain === null) return { fault: 'cut-since-digest', detail: 'the digest knew the stream up to this version, the log does not' };
  if (chain.toString('base64url') !== head) return { fault: 'rewritten-since-digest', detail: 'an event up to this version is another than when the digest was taken' };
  if (Number(recorded_at) <= recordedUpTo) return undefined;
  return { fault: 'time-changed', detail: 'its time of append is after the digest that knows it' };
}

/** What is wrong with the digests that the log keeps, as a chain; and where a file is given, whether it is one of them. */
export async function verifyKeptDigests(database: LogDatabase, file?: SignedHeader, publicKey?: Uint8Array): Promise<{ digests: number; faults: DigestFault[] }> {
  const faults: DigestFault[] = [];
  let last: SignedHeader | undefined;
  let known = file === undefined;
  for (;;) {
    const page = await database.relay((tx) => readDigests(tx, (last?.header.number ?? 0) + 1, PAGE));
    faults.push(...chainFaults(page, last, publicKey));
    known ||= page.some(({ header }) => header.number === file!.header.number && headerHash(header) === headerHash(file!.header));
    last = page.at(-1) ?? last;
    if (page.length < PAGE) break;
  }
  if (!known) faults.push({ fault: 'not-in-log', detail: `digest ${file!.header.number} of the file is not the one that the log keeps under this number` });
  return { digests: last?.header.number ?? 0, faults };
}
