import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import type { DigestFile, DigestHeader, DigestSigner, TenantHeads } from './digest.contract';
import { chainFaults, checkDigest } from './digest-check';
import { compareDigests } from './digest-compare';
import { parseDigest, parseProof } from './digest-file';
import { headerHash, keyHash, signHeader } from './digest-header';
import { checkProof, proveStream, tenantPart } from './digest-proof';
import { tenantRoot, totalRoot } from './digest-tree';

function newSigner(): DigestSigner {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { publicKey: publicKey.export({ format: 'der', type: 'spki' }), sign: async (bytes) => sign(null, bytes, privateKey) };
}

const signer = newSigner();

type Heads = Record<string, Record<string, { version: number; head: string }>>;

const heads = fc.dictionary(
  fc.uuid(),
  fc.dictionary(fc.uuid(), fc.record({ version: fc.integer({ min: 1, max: 1e9 }), head: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('base64url')) }), { minKeys: 1, maxKeys: 9 }),
  { minKeys: 1, maxKeys: 5 },
) as fc.Arbitrary<Heads>;

const byId = <T>(record: Record<string, T>) => Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

function tenantsOf(all: Heads): TenantHeads[] {
  return byId(all).map(([tenant, streams]) => {
    const entries = byId(streams).map(([stream, { version, head }]): [string, number, string] => [stream, version, head]);
    return { tenant, streams: entries, root: tenantRoot({ tenant, streams: entries }).toString('hex') };
  });
}

async function digestOf(all: Heads, more: Partial<DigestHeader> = {}, by = signer): Promise<DigestFile> {
  const tenants = tenantsOf(all);
  const streams = tenants.flatMap((own) => own.streams);
  const header: DigestHeader = {
    format: 'throughline/log-digest/1', service: 'profile', number: 1, day: '2026-01-31', takenAt: '2026-01-31T00:00:00.000Z', generation: 1,
    position: '1.7.9', recordedUpTo: 1, previous: '', tenants: tenants.length, streams: streams.length,
    events: streams.reduce((sum, [, version]) => sum + version, 0), root: totalRoot(tenants).toString('hex'), key: keyHash(by.publicKey), ...more,
  };
  return parseDigest(JSON.stringify({ ...(await signHeader(header, by)), tenants }));
}

const faultsOf = (file: DigestFile, key?: Uint8Array) => checkDigest(file, key).map(({ fault }) => fault);
const anyStream = (file: DigestFile, at: number) => {
  const all = file.tenants.flatMap(({ tenant, streams }) => streams.map(([stream]) => ({ tenant, stream })));
  return all[at % all.length]!;
};

/** One in 64 begins with an A. */
const otherThan = (signature: string) => (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);

describe('a digest', () => {
  it('verifies by itself', async () => {
    await fc.assert(fc.asyncProperty(heads, async (all) => expect(faultsOf(await digestOf(all), signer.publicKey)).toEqual([])), { numRuns: 30 });
  });

  it('does not where one head, version, stream or tenant is another, gone or added', async () => {
    const changes = ['head', 'version', 'remove', 'add', 'remove tenant'] as const;
    await fc.assert(
      fc.asyncProperty(heads, fc.nat(), fc.constantFrom(...changes), async (all, at, change) => {
        const file = await digestOf(all);
        const heads = file.tenants[at % file.tenants.length]!;
        const entry = heads.streams[at % heads.streams.length]!;
        if (change === 'head') entry[2] = Buffer.alloc(32, 7).toString('base64url');
        if (change === 'version') entry[1] += 1;
        if (change === 'remove') heads.streams.splice(at % heads.streams.length, 1);
        if (change === 'add') heads.streams.push(['ffffffff-ffff-4fff-bfff-ffffffffffff', 1, entry[2]]);
        if (change === 'remove tenant') file.tenants.splice(at % file.tenants.length, 1);
        expect(faultsOf(file)).not.toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('does not where its header was changed, or somebody else signed it', async () => {
    const file = await digestOf({});
    expect(faultsOf({ ...file, header: { ...file.header, day: '2026-02-01' } })).toContain('signature');
    expect(faultsOf({ ...file, signature: otherThan(file.signature) })).toContain('signature');
    const forged = await digestOf({}, {}, newSigner());
    expect(faultsOf(forged)).toEqual([]);
    expect(faultsOf(forged, signer.publicKey)).toEqual(['key']);
  });

  it('is refused where it is no digest, without repeating what it holds', () => {
    expect(() => parseDigest('{"header":{"format":"secret"}}')).toThrow(expect.objectContaining({ slug: 'no-digest', message: expect.not.stringContaining('secret') }));
    expect(() => parseDigest('{')).toThrow(expect.objectContaining({ slug: 'no-digest' }));
    expect(() => parseProof('{}')).toThrow(expect.objectContaining({ slug: 'no-digest' }));
  });
});

describe("one tenant's part of a digest", () => {
  it('verifies by itself and names no other tenant', async () => {
    await fc.assert(
      fc.asyncProperty(heads, fc.nat(), async (all, at) => {
        const file = await digestOf(all);
        const { tenant } = anyStream(file, at);
        const part = parseDigest(JSON.stringify(tenantPart(file, tenant)));
        expect(faultsOf(part)).toEqual([]);
        for (const other of Object.keys(all).filter((id) => id !== tenant)) expect(JSON.stringify(part)).not.toContain(other);
        part.tenants[0]!.streams[0]![1] += 1;
        expect(faultsOf(part)).toContain('tenant-root');
      }),
      { numRuns: 30 },
    );
  });

  it('is not there for a tenant that the digest does not know', async () => {
    expect(tenantPart(await digestOf({}), '00000000-0000-4000-8000-000000000001')).toBeUndefined();
  });
});

describe('the proof for a stream', () => {
  it('leads to the root that was signed, from the whole digest as from a part', async () => {
    await fc.assert(
      fc.asyncProperty(heads, fc.nat(), async (all, at) => {
        const file = await digestOf(all);
        const { tenant, stream } = anyStream(file, at);
        const proof = proveStream(file, tenant, stream)!;
        expect(checkProof(parseProof(JSON.stringify(proof)), signer.publicKey)).toEqual([]);
        expect(proveStream(tenantPart(file, tenant)!, tenant, stream)).toEqual(proof);
      }),
      { numRuns: 30 },
    );
  });

  it('does not prove another version, head, stream or tenant', async () => {
    await fc.assert(
      fc.asyncProperty(heads, fc.nat(), async (all, at) => {
        const file = await digestOf(all);
        const { tenant, stream } = anyStream(file, at);
        const proof = proveStream(file, tenant, stream)!;
        const other = '00000000-0000-4000-8000-000000000001';
        const forged = [{ version: proof.version + 1 }, { head: Buffer.alloc(32, 7).toString('base64url') }, { stream: other }, { tenant: other }];
        for (const change of forged) expect(checkProof({ ...proof, ...change }).map(({ fault }) => fault)).toEqual(['root']);
      }),
      { numRuns: 30 },
    );
  });
});

describe('two digests', () => {
  const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
  const head = (n: number) => Buffer.alloc(32, n).toString('base64url');
  const before = { [id(1)]: { [id(2)]: { version: 2, head: head(2) }, [id(3)]: { version: 3, head: head(3) } } };
  const next = async (all: Heads, more: Partial<DigestHeader> = {}) => digestOf(all, { number: 2, previous: headerHash((await digestOf(before)).header), ...more });

  it('agree where streams grew and new ones came', async () => {
    const after = { [id(1)]: { ...before[id(1)], [id(3)]: { version: 5, head: head(5) }, [id(4)]: { version: 1, head: head(4) } }, [id(5)]: { [id(6)]: { version: 1, head: head(6) } } };
    expect(compareDigests(await digestOf(before), await next(after))).toEqual({ chain: 'linked', grown: 1, added: 2, unchanged: 1, regressions: [] });
  });

  it('do not where a stream is gone, shorter, or rewritten at its version', async () => {
    const after = { [id(1)]: { [id(2)]: { version: 2, head: head(9) } } };
    const { regressions } = compareDigests(await digestOf(before), await next(after));
    expect(regressions).toEqual([{ tenant: id(1), stream: id(2), fault: 'rewritten' }, { tenant: id(1), stream: id(3), fault: 'gone' }]);
    const shorter = compareDigests(await digestOf(before), await next({ [id(1)]: { ...before[id(1)], [id(3)]: { version: 1, head: head(1) } } }));
    expect(shorter.regressions).toEqual([{ tenant: id(1), stream: id(3), fault: 'shorter' }]);
  });

  it('are a chain only where each names the hash of the one before', async () => {
    const [first, second, forged] = [await digestOf(before), await next(before), await next(before, { previous: '00' })];
    expect(chainFaults([first, second])).toEqual([]);
    expect(chainFaults([first, forged]).map(({ fault }) => fault)).toEqual(['chain']);
    expect(chainFaults([second]).map(({ fault }) => fault)).toEqual(['chain']);
    expect(compareDigests(first, forged).chain).toBe('broken');
    expect(compareDigests(first, await next(before, { number: 5 })).chain).toBe('apart');
  });
});
