// A service that died while the disk was full took the supervisor with it, which could not write that down, and so the whole product.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { until } from '@throughline/platform/testing';

const root = join(__dirname, '..', '..');
/** As the supervisor holds a service: what becomes of it is written down. */
const HOLD = `
  import { Child } from './tools/up/child.mjs';
  import { inHome, writeState } from './tools/up/state.mjs';
  const state = {};
  const onChange = () => (writeState(Object.assign(state, { starts: child.starts })), console.log(child.starts));
  const child = new Child({ name: 'x', args: ['-e', '0'], env: process.env, log: inHome('x.log'), onChange });
  child.start();`;

describe('a supervisor whose disk is full', () => {
  const home = mkdtempSync(join(tmpdir(), 'tl-up-'));
  const unwritten = join(home, 'state.json.new');
  const starts = () => (JSON.parse(readFileSync(join(home, 'state.json'), 'utf8')) as { starts: number }).starts;
  afterAll(() => rmSync(home, { recursive: true }));

  it('goes on starting what dies, and writes down how it is once there is room', async () => {
    symlinkSync('/dev/full', unwritten);
    const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLD], { cwd: root, env: { ...process.env, TL_UP_DIR: home }, stdio: ['ignore', 'pipe', 'ignore'] });
    const seen: number[] = [];
    createInterface({ input: holder.stdout }).on('line', (line) => seen.push(Number(line)));
    const gone = once(holder, 'exit');
    await until(() => holder.exitCode !== null || Math.max(0, ...seen) >= 3);
    expect(holder.exitCode).toBeNull();
    rmSync(unwritten);
    await until(() => seen.length > 0 && existing(starts) >= 3);
    holder.kill('SIGKILL');
    await gone;
  });
});

function existing(read: () => number): number {
  try {
    return read();
  } catch {
    return 0;
  }
}
