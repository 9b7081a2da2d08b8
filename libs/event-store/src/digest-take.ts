import { formatPosition, rejected } from '@throughline/contracts';
import type { Database, Tx } from '@throughline/postgres';
import type { DigestHeader, DigestSigner, DigestSink, SignedHeader } from './digest.contract';
import { headerHash, keyHash, signHeader } from './digest-header';
import { insertDigest, lastDigest } from './digest-table';
import { streamLeaf, tenantLeaf } from './digest-tree';
import { GrowingTree } from './merkle';
import { FIRST_UUID } from './uuid-range';

const PAGE = 10_000;
const HEADS = `SELECT tenant, stream, version, head FROM stream
  WHERE (tenant, stream) > ($1::uuid, $2::uuid) AND version > 0 ORDER BY tenant, stream LIMIT ${PAGE}`;
const NEWEST = `SELECT xid::text, n, recorded_at, (SELECT generation FROM log) AS generation FROM event e ORDER BY e.xid DESC, e.n DESC LIMIT 1`;
const GENERATION = 'SELECT generation FROM log';

export interface TakeDigestParts {
  database: Pick<Database, 'service' | 'relay' | 'system'>;
  signer: DigestSigner;
  clock: () => Date;
  sink: DigestSink;
  /** True: the signer may have another key than the digest before was signed with. */
  newKey?: boolean;
  /** Called with the signed header before it is entered: what the sink wrote must be durable when this resolves. */
  beforeEntry?: (signed: SignedHeader) => Promise<void>;
}

export type TakenDigest = { outcome: 'taken'; signed: SignedHeader } | { outcome: 'taken-already'; signed: SignedHeader };

/**
 * Takes the digest of the day: reads all heads in one snapshot, in pages of 10,000, and signs their Merkle root behind the
 * digest before. It holds one page and log2(streams) hashes. A second one of the same day changes nothing. Throws `rejected`
 * (`other-signing-key`) where the signer has another key than before.
 */
export async function takeDigest(parts: TakeDigestParts): Promise<TakenDigest> {
  const { database, signer, clock } = parts;
  const last = await database.system(lastDigest);
  const now = clock();
  const day = now.toISOString().slice(0, 10);
  if (last && last.header.day >= day) return { outcome: 'taken-already', signed: last };
  if (last && last.header.key !== keyHash(signer.publicKey) && !parts.newKey) throw otherKey(last.header.key);
  const heads = await database.relay((tx) => readHeads(tx, parts.sink));
  const header: DigestHeader = {
    format: 'throughline/log-digest/1',
    service: database.service,
    number: (last?.header.number ?? 0) + 1,
    day,
    takenAt: now.toISOString(),
    ...heads,
    previous: last ? headerHash(last.header) : '',
    key: keyHash(signer.publicKey),
  };
  const signed = await signHeader(header, signer);
  await parts.beforeEntry?.(signed);
  if (await database.system((tx) => insertDigest(tx, signed))) return { outcome: 'taken', signed };
  return { outcome: 'taken-already', signed: (await database.system(lastDigest))! };
}

/** A key store that is not mounted looks like an empty one, in which a key is made: the digest of the day would be worth nothing. */
const otherKey = (key: string) =>
  rejected('other-signing-key', `The digest before was signed with the key ${key}, which the key store does not hold: KEY_STORE must name the one that does. Where that key is lost or replaced: --new-key.`);

interface HeadRow {
  tenant: string;
  stream: string;
  version: string;
  head: Buffer;
}

async function readHeads(tx: Tx, sink: DigestSink) {
  await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
  const newest = await newestEvent(tx);
  const tree = new DigestTree(sink);
  let after = { tenant: FIRST_UUID, stream: FIRST_UUID };
  for (;;) {
    const { rows } = await tx.query<HeadRow>({ name: 'digest-heads', text: HEADS, values: [after.tenant, after.stream] });
    for (const row of rows) await tree.add(row);
    if (rows.length < PAGE) break;
    after = rows.at(-1)!;
  }
  return { ...newest, ...(await tree.end()) };
}

async function newestEvent(tx: Tx): Promise<Pick<DigestHeader, 'generation' | 'position' | 'recordedUpTo'>> {
  const { rows } = await tx.query<{ xid: string; n: string; recorded_at: string; generation: number }>(NEWEST);
  const [row] = rows;
  if (row) return { generation: row.generation, position: formatPosition({ generation: row.generation, xid: BigInt(row.xid), n: BigInt(row.n) }), recordedUpTo: Number(row.recorded_at) };
  const { rows: logs } = await tx.query<{ generation: number }>(GENERATION);
  return { generation: logs[0]!.generation, position: '', recordedUpTo: 0 };
}

/** Makes the trees of the tenants and the one over them while the heads come in. */
class DigestTree {
  private readonly total = new GrowingTree();
  private own = new GrowingTree();
  private tenant: string | undefined;
  private streams = 0;
  private events = 0;

  constructor(private readonly sink: DigestSink) {}

  async add({ tenant, stream, version, head }: HeadRow): Promise<void> {
    if (tenant !== this.tenant) await this.endTenant();
    this.tenant = tenant;
    const entry: [string, number, string] = [stream, Number(version), head.toString('base64url')];
    this.own.add(streamLeaf(tenant, entry));
    this.streams += 1;
    this.events += entry[1];
    await this.sink.stream(tenant, entry);
  }

  async end(): Promise<Pick<DigestHeader, 'tenants' | 'streams' | 'events' | 'root'>> {
    await this.endTenant();
    return { tenants: this.total.size, streams: this.streams, events: this.events, root: this.total.root().toString('hex') };
  }

  private async endTenant(): Promise<void> {
    if (this.tenant === undefined) return;
    const root = this.own.root();
    this.total.add(tenantLeaf(this.tenant, this.own.size, root));
    await this.sink.endTenant(this.tenant, root.toString('hex'));
    this.own = new GrowingTree();
  }
}
