// Where the key store was not mounted the digest of the day was signed with a key made in its place. It could not be taken again, and
// `verify --public-key` called the log changed from that day on.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFileSigner } from './digest-signer';
import { takeDigest } from './digest-take';
import { TamperBench } from './testing';

it('a digest is signed with the key of the one before, unless somebody says that it is another', async () => {
  const bench = await TamperBench.open('signing-key-test');
  const folder = await mkdtemp(join(tmpdir(), 'tl-signing-'));
  try {
    await bench.tenantWithStreams();
    const sink = { stream: () => undefined, endTenant: () => undefined };
    const take = async (day: number, keys: string, newKey?: boolean) =>
      takeDigest({ database: bench.database, signer: await openFileSigner(join(folder, keys)), clock: () => new Date(Date.UTC(2026, 0, day)), sink, newKey });
    await take(1, 'mounted');
    await expect(take(2, 'empty')).rejects.toMatchObject({ slug: 'other-signing-key' });
    expect(await take(2, 'mounted')).toMatchObject({ outcome: 'taken', signed: { header: { number: 2 } } });
    expect(await take(3, 'empty', true)).toMatchObject({ outcome: 'taken' });
  } finally {
    await bench.close();
    await rm(folder, { recursive: true });
  }
});
