import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { DigestFile, DigestSink, HeadEntry, TenantHeads } from './digest.contract';
import { verifyAgainstDigest } from './digest-against-log';
import { checkDigest } from './digest-check';
import { tenantPart } from './digest-proof';
import { openFileSigner } from './digest-signer';
import { takeDigest } from './digest-take';
import { checkOpenBodies, TamperBench } from './testing';
import { verifyLog } from './verify-log';

let bench: TamperBench;
let folder: string;
beforeAll(async () => {
  bench = await TamperBench.open('verify-properties-test');
  folder = await mkdtemp(join(tmpdir(), 'tl-verify-'));
});
afterAll(async () => {
  await bench.close();
  await rm(folder, { recursive: true });
});

const shape = fc.array(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 });

/** A tenant whose streams were appended in groups of these sizes. */
async function grown(groups: readonly (readonly number[])[]) {
  const tenant = randomUUID();
  const streams = groups.map(() => randomUUID());
  for (const [index, stream] of streams.entries()) await bench.grow(tenant, stream, groups[index]!);
  return { tenant, streams, sizes: groups.map((sizes) => sizes.reduce((sum, size) => sum + size, 0)) };
}

const flip = (column: string, at: number) => `${column} = set_byte(${column}, ${at} % octet_length(${column}), get_byte(${column}, ${at} % octet_length(${column})) # ${1 << at % 8})`;

/** One change to what is kept of an event or of its stream: statement by where it is. @param at chance */
const mutations: Record<string, (event: string, stream: string, at: number) => string> = {
  'a bit of the envelope': (event, _stream, at) => `UPDATE event SET ${flip('envelope', at)} WHERE ${event}`,
  'a bit of the chain': (event, _stream, at) => `UPDATE event SET ${flip('chain', at)} WHERE ${event}`,
  'a bit of the key': (event, _stream, at) => `UPDATE event SET ${flip('key', at)} WHERE ${event}`,
  'a bit of the body': (event, _stream, at) => `UPDATE event_body SET ${flip('box', at)} WHERE n = (SELECT n FROM event WHERE ${event})`,
  "a bit of the body's digest": (event, _stream, at) => `UPDATE event_body SET ${flip('digest', at)} WHERE n = (SELECT n FROM event WHERE ${event})`,
  'the type': (event) => `UPDATE event SET type = type || '.x' WHERE ${event}`,
  'the time of occurrence': (event, _stream, at) => `UPDATE event SET occurred_at = occurred_at + ${at + 1} WHERE ${event}`,
  'the group': (event, _stream, at) => `UPDATE event SET group_start = group_start + ${(at % 3) + 1} WHERE ${event}`,
  'the place': (event, _stream, at) => `UPDATE event SET n = n + ${1_000_000 + at} WHERE ${event}`,
  'the version': (event) => `UPDATE event SET version = version + 1000 WHERE ${event}`,
  'the stream': (event) => `UPDATE event SET stream = gen_random_uuid() WHERE ${event}`,
  'the tenant': (event) => `UPDATE event SET tenant = gen_random_uuid() WHERE ${event}`,
  'the id': (event) => `UPDATE event SET id = gen_random_uuid() WHERE ${event}`,
  'the event, deleted': (event) => `DELETE FROM event WHERE ${event}`,
  'the body, deleted': (event) => `DELETE FROM event_body WHERE n = (SELECT n FROM event WHERE ${event})`,
  'the id, deleted': (event) => `DELETE FROM event_id WHERE tenant = :tenant AND id = (SELECT id FROM event WHERE ${event})`,
  'the head, deleted': (_event, stream) => `DELETE FROM stream WHERE ${stream}`,
  'a bit of the head': (_event, stream, at) => `UPDATE stream SET ${flip('head', at)} WHERE ${stream}`,
  "the head's version": (_event, stream, at) => `UPDATE stream SET version = version + ${(at % 2) * 2 - 1} WHERE ${stream}`,
};

describe('any log', () => {
  it('verifies where nobody touched it', async () => {
    await fc.assert(
      fc.asyncProperty(shape, async (groups) => {
        const { tenant, streams, sizes } = await grown(groups);
        const report = await verifyLog(bench.database, { tenant, checkBodies: checkOpenBodies });
        expect(report).toMatchObject({ streams: streams.length, events: sizes.reduce((sum, size) => sum + size, 0), findings: [], more: 0 });
      }),
      { numRuns: 15 },
    );
  });

  it.each(Object.keys(mutations))('is named where one thing was changed: %s', async (change) => {
    await fc.assert(
      fc.asyncProperty(shape, fc.nat(1000), fc.nat(1000), fc.nat(1000), async (groups, which, what, at) => {
        const { tenant, streams, sizes } = await grown(groups);
        const index = which % streams.length;
        const stream = `tenant = :tenant AND stream = '${streams[index]!}'`;
        await bench.tamper(tenant, mutations[change]!(`${stream} AND version = ${(what % sizes[index]!) + 1}`, stream, at));
        const { findings } = await verifyLog(bench.database, { tenant, checkBodies: checkOpenBodies });
        expect(findings.some((finding) => finding.stream === streams[index] || finding.fault === 'event-missing')).toBe(true);
        expect(findings.filter((finding) => streams.some((id) => id === finding.stream) && finding.stream !== streams[index])).toEqual([]);
      }),
      { numRuns: 6 },
    );
  });

  it('keeps every digest taken of it, whatever is appended later', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(shape, { minLength: 2, maxLength: 3 }), async (rounds) => {
        const { tenant, streams } = await grown(rounds[0]!);
        const taken: DigestFile[] = [];
        for (const groups of rounds.slice(1)) {
          taken.push(await digestOf(tenant));
          for (const [index, sizes] of groups.entries()) await bench.grow(tenant, streams[index] ?? randomUUID(), sizes);
          for (const file of taken) expect((await verifyAgainstDigest(bench.database, file)).findings).toEqual([]);
        }
      }),
      { numRuns: 4 },
    );
  });
});

let day = Date.UTC(2026, 0, 1);

/** The tenant's part of the digest of the next day. */
async function digestOf(tenant: string): Promise<DigestFile> {
  const tenants: TenantHeads[] = [];
  let streams: HeadEntry[] = [];
  const sink: DigestSink = {
    stream: (_tenant, entry) => void streams.push(entry),
    endTenant: (id, root) => {
      tenants.push({ tenant: id, root, streams });
      streams = [];
    },
  };
  day += 86_400_000;
  const { signed } = await takeDigest({ database: bench.database, signer: await openFileSigner(folder), clock: () => new Date(day), sink });
  const part = tenantPart({ ...signed, tenants }, tenant)!;
  expect(checkDigest(part)).toEqual([]);
  return part;
}
