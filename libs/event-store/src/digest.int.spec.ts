import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DigestFile, DigestSigner } from './digest.contract';
import { verifyAgainstDigest, verifyKeptDigests } from './digest-against-log';
import { checkDigest } from './digest-check';
import { compareDigests } from './digest-compare';
import { parseDigest } from './digest-file';
import { checkProof, proveStream } from './digest-proof';
import { openFileSigner } from './digest-signer';
import { takeDigest, type TakenDigest } from './digest-take';
import { DigestWriter } from './digest-writer';
import { TamperBench } from './testing';
import { verifyLog } from './verify-log';

let bench: TamperBench;
let folder: string;
let signer: DigestSigner;
let day = Date.UTC(2026, 0, 31);
beforeAll(async () => {
  bench = await TamperBench.open('digest-test');
  folder = await mkdtemp(join(tmpdir(), 'tl-digest-'));
  signer = await openFileSigner(join(folder, 'keys'));
});
afterAll(async () => {
  await bench.close();
  await rm(folder, { recursive: true });
});

async function takeAt(at: number, path: string): Promise<TakenDigest> {
  const writer = new DigestWriter(path);
  const taken = await takeDigest({ database: bench.database, signer, clock: () => new Date(at), sink: writer, beforeEntry: (signed) => writer.finish(signed) });
  await (taken.outcome === 'taken' ? writer.publish() : writer.discard());
  return taken;
}

/** The digest of the next day, as its file says. */
async function take(): Promise<DigestFile> {
  day += 86_400_000;
  const path = join(folder, `${day}.json`);
  expect((await takeAt(day, path)).outcome).toBe('taken');
  return parseDigest(await readFile(path, 'utf8'));
}

const of = (tenant: string, stream: string) => `tenant = :tenant AND stream = '${stream}'`;
const named = async (file: DigestFile, tenant: string) => (await verifyAgainstDigest(bench.database, file)).findings.filter((finding) => finding.tenant === tenant);

describe('a digest of a log', () => {
  it('verifies without the database and holds all heads', async () => {
    const { tenant, a } = await bench.tenantWithStreams();
    const file = await take();
    expect(checkDigest(file, signer.publicKey)).toEqual([]);
    const heads = await bench.ask<{ version: string; head: Buffer }>('SELECT version, head FROM stream WHERE tenant = $1 AND stream = $2', [tenant, a]);
    const entry = file.tenants.find((own) => own.tenant === tenant)!.streams.find(([stream]) => stream === a)!;
    expect(entry).toEqual([a, Number(heads[0]!.version), heads[0]!.head.toString('base64url')]);
    expect(checkProof(proveStream(file, tenant, a)!, signer.publicKey)).toEqual([]);
  });

  it('is taken once a day, and leaves no file where it was taken before', async () => {
    const file = await take();
    const again = await takeAt(day + 3_600_000, join(folder, 'again.json'));
    expect(again).toMatchObject({ outcome: 'taken-already', signed: { header: file.header } });
    expect((await readdir(folder)).filter((name) => name.startsWith('again'))).toEqual([]);
  });

  it('is one of a chain that the log keeps', async () => {
    const [first, second] = [await take(), await take()];
    expect(compareDigests(first, second)).toMatchObject({ chain: 'linked', regressions: [] });
    expect(await verifyKeptDigests(bench.database, first, signer.publicKey)).toMatchObject({ digests: second.header.number, faults: [] });
    const elsewhere = { ...first, header: { ...first.header, root: second.header.root.replace(/^./, (digit) => (digit === 'f' ? '0' : 'f')) } };
    expect((await verifyKeptDigests(bench.database, elsewhere)).faults.map(({ fault }) => fault)).toEqual(['not-in-log']);
  });

  it('of an empty log verifies too', async () => {
    const empty = await TamperBench.open('digest-empty-test');
    try {
      const path = join(folder, 'empty.json');
      const writer = new DigestWriter(path);
      await takeDigest({ database: empty.database, signer, clock: () => new Date(day), sink: writer, beforeEntry: (signed) => writer.finish(signed) });
      await writer.publish();
      const file = parseDigest(await readFile(path, 'utf8'));
      expect(file).toMatchObject({ tenants: [], header: { streams: 0, position: '' } });
      expect(checkDigest(file)).toEqual([]);
    } finally {
      await empty.close();
    }
  });

  it('is not broken by what is appended later', async () => {
    const { tenant, a } = await bench.tenantWithStreams();
    const before = await take();
    await bench.grow(tenant, a, [2, 1]);
    await bench.grow(tenant, randomUUID(), [3]);
    expect(await named(before, tenant)).toEqual([]);
    expect(compareDigests(before, await take())).toMatchObject({ grown: 1, added: 1, regressions: [] });
  });
});

describe('what a chain cannot see, a digest does', () => {
  it('a tail that was cut together with head, ids and bodies', async () => {
    const { tenant, a, ids } = await bench.tenantWithStreams();
    const file = await take();
    await bench.tamper(
      tenant,
      `DELETE FROM event_body WHERE n IN (SELECT n FROM event WHERE ${of(tenant, a)} AND version > 4)`,
      `DELETE FROM event WHERE ${of(tenant, a)} AND version > 4`,
      `DELETE FROM event_id WHERE tenant = :tenant AND id IN ('${ids.a[4]}', '${ids.a[5]}')`,
      `UPDATE stream SET version = 4, head = (SELECT chain FROM event WHERE ${of(tenant, a)} AND version = 4) WHERE ${of(tenant, a)}`,
    );
    expect((await verifyLog(bench.database, { tenant })).findings).toEqual([]);
    expect(await named(file, tenant)).toMatchObject([{ fault: 'cut-since-digest', stream: a, version: 6 }]);
  });

  it('a stream that is gone without a trace', async () => {
    const { tenant, b, ids } = await bench.tenantWithStreams();
    const file = await take();
    await bench.tamper(tenant, `DELETE FROM event WHERE ${of(tenant, b)}`, `DELETE FROM stream WHERE ${of(tenant, b)}`, `DELETE FROM event_id WHERE tenant = :tenant AND id IN (${ids.b.map((id) => `'${id}'`).join()})`);
    expect((await verifyLog(bench.database, { tenant })).findings).toEqual([]);
    expect(await named(file, tenant)).toMatchObject([{ fault: 'cut-since-digest', stream: b, version: 3 }]);
  });

  it('a tenant that is gone without a trace', async () => {
    const { tenant } = await bench.tenantWithStreams();
    const file = await take();
    await bench.tamper(tenant, 'DELETE FROM event WHERE tenant = :tenant', 'DELETE FROM stream WHERE tenant = :tenant', 'DELETE FROM event_id WHERE tenant = :tenant');
    expect(await named(file, tenant)).toHaveLength(2);
  });

  it('a stream that was written anew, with a chain in order', async () => {
    const { tenant, a } = await bench.tenantWithStreams();
    const file = await take();
    await bench.tamper(tenant, `DELETE FROM event_id WHERE tenant = :tenant AND id IN (SELECT id FROM event WHERE ${of(tenant, a)})`, `DELETE FROM event WHERE ${of(tenant, a)}`, `DELETE FROM stream WHERE ${of(tenant, a)}`);
    await bench.grow(tenant, a, [6]);
    expect((await verifyLog(bench.database, { tenant })).findings).toEqual([]);
    expect(await named(file, tenant)).toMatchObject([{ fault: 'rewritten-since-digest', stream: a, version: 6 }]);
  });

  it('a time of append that was moved behind it', async () => {
    const { tenant, b } = await bench.tenantWithStreams();
    const file = await take();
    await bench.tamper(tenant, `UPDATE event SET recorded_at = recorded_at + 86400000 WHERE ${of(tenant, b)} AND version = 3`);
    expect((await verifyLog(bench.database, { tenant })).findings).toEqual([]);
    expect(await named(file, tenant)).toMatchObject([{ fault: 'time-changed', stream: b, version: 3 }]);
  });

  it('a kept digest that was changed or taken out', async () => {
    const middle = await take();
    await take();
    const faults = async () => (await verifyKeptDigests(bench.database)).faults.map(({ fault }) => fault);
    const row = `log_digest WHERE number = ${middle.header.number}`;
    const [kept] = await bench.ask<{ day: string; header: string; signature: string; public_key: string }>(`SELECT day, header, signature, public_key FROM ${row}`);
    await bench.tamper('', `UPDATE log_digest SET header = replace(header, '"streams":', '"streams":1') WHERE number = ${middle.header.number}`);
    expect(await faults()).toEqual(['signature', 'chain']);
    await bench.tamper('', `DELETE FROM ${row}`);
    expect(await faults()).toEqual(['chain']);
    await bench.ask('INSERT INTO log_digest VALUES ($1, $2, $3, $4, $5) RETURNING number', [middle.header.number, kept!.day, kept!.header, kept!.signature, kept!.public_key]);
    expect(await faults()).toEqual([]);
  });
});

describe('the key that signs digests', () => {
  it('is made once, for its owner only, and is the same ever after', async () => {
    const keys = join(folder, 'other-keys');
    const signers = await Promise.all([1, 2, 3, 4].map(() => openFileSigner(keys)));
    expect(new Set(signers.map(({ publicKey }) => Buffer.from(publicKey).toString('hex'))).size).toBe(1);
    expect((await stat(join(keys, 'digest-signing-key.pem'))).mode & 0o777).toBe(0o600);
    expect(await readdir(keys)).toEqual(['digest-signing-key.pem']);
  });

  it('cannot be made where the folder is a file', async () => {
    await expect(openFileSigner(join(folder, 'keys', 'digest-signing-key.pem'))).rejects.toMatchObject({ kind: 'unavailable', slug: 'key-store-unavailable' });
  });
});

it('lets no service change or delete a digest, and readers see none', async () => {
  const denied = 'permission denied';
  for (const sql of [`UPDATE log_digest SET day = ''`, 'DELETE FROM log_digest']) {
    await expect(bench.database.system((tx) => tx.query(sql))).rejects.toThrow(denied);
    await expect(bench.database.writer([], (tx) => tx.query(sql))).rejects.toThrow(denied);
  }
  await expect(bench.database.writer([], (tx) => tx.query(`INSERT INTO log_digest VALUES (0, '', '', '', '')`))).rejects.toThrow(denied);
  await expect(bench.database.reader(randomUUID(), (tx) => tx.query('SELECT FROM log_digest'))).rejects.toThrow(denied);
});
