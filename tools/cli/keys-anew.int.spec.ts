import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const folder = mkdtempSync(join(tmpdir(), 'tl-anew-'));
afterAll(() => rmSync(folder, { recursive: true }));

const keys = (...args: string[]) =>
  promisify(execFile)(process.execPath, [join(__dirname, 'main.mjs'), 'keys', ...args], { env: { PATH: process.env.PATH, DATA_DIR: folder } });

it('makes first keys where a tenant has none, and only there', async () => {
  const tenant = randomUUID();
  await keys('anew', '--tenant', tenant);
  const { stdout } = await keys('list', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ tenant });
  await expect(keys('anew', '--tenant', tenant)).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('nothing was made') });
});
