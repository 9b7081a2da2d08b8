import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freeEnvironment, runCommand } from './product';

describe('one process and its PostgreSQL, bounced under 10,000 interactions that come twice and out of order', () => {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-ledger-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('loses nothing, doubles nothing, keeps the order and answers as a product that was never hurt', async () => {
    const env = await freeEnvironment({ DATA_DIR: join(folder, 'data') });
    const { code, output } = await runCommand(['tools/ledger/main.mjs', '--mode', 'embedded', '--count', '10000', '--rate', '250'], env);
    expect([output, code]).toEqual([expect.stringContaining('lost 0, doubled 0, changed 0, strangers 0, out of order 0'), 0]);
    expect(output).toMatch(/in the clean run: [\da-f]{64} {2}equal/);
  }, 900_000);
});
