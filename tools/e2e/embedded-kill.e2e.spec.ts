import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freeEnvironment, runCommand } from './product';

describe('one process, killed under load', () => {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-kill-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('loses nothing, doubles nothing and keeps the order', async () => {
    const env = await freeEnvironment({ DATA_DIR: join(folder, 'data') });
    const { code, output } = await runCommand(['tools/ledger/main.mjs', '--mode', 'embedded', '--kills', '3', '--rate', '100'], env);
    expect([output, code]).toEqual([expect.stringContaining('lost 0, doubled 0, changed 0, strangers 0, out of order 0'), 0]);
  }, 300_000);
});
