// Beside what npm run up runs, `digest public-key` made and printed another key than digests are signed with, so none of them verified with it.
// And of a newer digest that somebody had signed with a key of his own `digest compare` said nothing.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createPublicKey } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFileSigner, takeDigest } from '@throughline/event-store';
import { TamperBench } from '../../libs/event-store/src/testing';
import { DigestWriter } from '../../libs/event-store/src/digest-writer';

const LIMIT_MS = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'tl-signing-'));
afterAll(() => rmSync(folder, { recursive: true }));

const cli = (...args: string[]) =>
  new Promise<{ code: unknown; output: string }>((resolve) => {
    const env = { PATH: process.env.PATH, DATA_DIR: folder };
    execFile(process.execPath, [join(__dirname, 'main.mjs'), 'digest', ...args], { env, timeout: LIMIT_MS }, (error, output) => resolve({ code: error?.code ?? 0, output }));
  });

it('public-key prints the one of what runs', async () => {
  const up = join(folder, 'up');
  const signer = await openFileSigner(join(up, 'keys'));
  mkdirSync(up, { recursive: true });
  writeFileSync(join(up, 'state.json'), JSON.stringify({ postgres: 'postgres://127.0.0.1:1/', supervisor: await ownIdentity() }));
  const { output } = await cli('public-key');
  expect(createPublicKey(output).export({ format: 'der', type: 'spki' })).toEqual(Buffer.from(signer.publicKey));
}, LIMIT_MS);

it('compare tells that the newer one is signed with another key', async () => {
  const bench = await TamperBench.open('compare-test');
  try {
    await bench.tenantWithStreams();
    const take = async (day: number, keys: string) => {
      const path = join(folder, `${day}.json`);
      const writer = new DigestWriter(path);
      const signer = await openFileSigner(join(folder, keys));
      const at = new Date(Date.UTC(2026, 0, day));
      await takeDigest({ database: bench.database, signer, newKey: true, clock: () => at, sink: writer, beforeEntry: (signed) => writer.finish(signed) });
      return writer.publish();
    };
    const [first, second, forged] = [await take(1, 'own'), await take(2, 'own'), await take(3, 'stranger')];
    expect(await cli('compare', first, second)).toMatchObject({ code: 0 });
    expect(await cli('compare', second, forged)).toMatchObject({ code: 1, output: expect.stringContaining('ANOTHER KEY') });
  } finally {
    await bench.close();
  }
}, LIMIT_MS);

/** As `npm run up` writes of its supervisor, here this process. */
async function ownIdentity(): Promise<string> {
  const script = `import { identityOf } from ${JSON.stringify(join(__dirname, '../up/state.mjs'))}; console.log(identityOf(${process.pid}));`;
  return new Promise((resolve) => execFile(process.execPath, ['--input-type=module', '-e', script], (_, output) => resolve(output.trim())));
}
