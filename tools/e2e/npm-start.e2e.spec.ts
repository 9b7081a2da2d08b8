import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freeEnvironment, until, untilReady } from './product';

describe('npm start', () => {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-e2e-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('ends whole when only npm is told to end, PostgreSQL included', async () => {
    const dataDir = join(folder, 'data');
    const env = await freeEnvironment({ DATA_DIR: dataDir });
    const log = join(folder, 'npm.log');
    const output = openSync(log, 'w');
    const npm = spawn('npm', ['start'], { cwd: join(__dirname, '..', '..'), env, stdio: ['ignore', output, output] });
    await untilReady(env.PUBLIC_URL!, npm, log);
    npm.kill('SIGTERM');
    await until(() => fetch(`${env.PUBLIC_URL}/health/live`).then(() => 'answers', () => 'silent'), (state) => state === 'silent');
    const server = join(dataDir, 'postgres', 'data', 'postmaster.pid');
    expect(await until(async () => existsSync(server), (runs) => !runs)).toBe(false);
  }, 300_000);
});
