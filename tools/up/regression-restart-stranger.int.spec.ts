// What `npm run up` had noted of a service was believed for ever: its number, given to another program since, was told to end.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '..', '..');

describe('up restart, after a supervisor that was killed', () => {
  const home = mkdtempSync(join(tmpdir(), 'tl-up-'));
  const stranger = spawn('sleep', ['60']);
  afterAll(async () => {
    stranger.kill('SIGKILL');
    if (stranger.exitCode === null && stranger.signalCode === null) await once(stranger, 'exit');
    rmSync(home, { recursive: true });
  });

  it('ends nobody who has the number by now', async () => {
    const { pid } = stranger;
    writeFileSync(join(home, 'state.json'), JSON.stringify({ supervisor: `${pid}@1`, processes: { profile: { pid, identity: `${pid}@1` } } }));
    const restarting = promisify(execFile)(process.execPath, ['tools/up.mjs', 'restart', 'profile'], { cwd: root, env: { ...process.env, TL_UP_DIR: home } });
    await expect(restarting).rejects.toMatchObject({ stderr: expect.stringContaining('no process of profile is running') });
    expect(stranger.signalCode).toBeNull();
  });
});
