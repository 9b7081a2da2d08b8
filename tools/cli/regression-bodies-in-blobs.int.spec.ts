// `verify --bodies` gave up ("get is not a function") at the first body that lies in the blob store, so of a log that had one nothing was said.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFileBlobStore } from '@throughline/blob';
import { ProfileBench } from '../../services/profile/src/testing/profile-bench';

const LIMIT_MS = 120_000;

it('verify --bodies opens those in the blob store', async () => {
  const bench = await ProfileBench.open();
  const folder = mkdtempSync(join(tmpdir(), 'tl-bodies-'));
  try {
    const laid = jest.spyOn(bench.blobs, 'put');
    await bench.post({ id: 'one', text: 'x'.repeat(300_000) });
    for (const blob of laid.mock.calls) await openFileBlobStore(join(folder, 'blobs')).put(...blob);
    expect(laid).toHaveBeenCalledTimes(1);

    const env = { PATH: process.env.PATH, DATA_DIR: folder, DATABASE_URL: bench.db.url, KEY_STORE: `file:${bench['keyFolder']}`, BLOB_URL: `file:${join(folder, 'blobs')}` };
    const said = await new Promise<string>((resolve) => {
      const args = [join(__dirname, 'main.mjs'), 'verify', '--bodies', '--json'];
      execFile(process.execPath, args, { env, timeout: LIMIT_MS }, (_, output, errors) => resolve(output || errors));
    });
    expect(said).toMatch(/"opened":true.*"intact":true/);
  } finally {
    await bench.close();
    rmSync(folder, { recursive: true });
  }
}, LIMIT_MS);
