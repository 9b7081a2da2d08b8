import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tenantId } from '@throughline/contracts';
import { startForTest, until, type TestService } from '@throughline/platform/testing';
import { profileService } from './profile.module';

const TOKEN = 'tlop_rebuilds';

let service: TestService;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'throughline-rebuilds-'));
  service = await startForTest(profileService, { operatorToken: TOKEN });
  await service.publish.tenant({ id: tenantId('rebuilds'), name: 'Shop', region: 'US' });
  await service.publish.key(tenantId('rebuilds'), 'tl_admin', ['read', 'admin']);
});
afterAll(async () => {
  await service?.close();
  await rm(folder, { recursive: true });
});

/** No secret stands on a command line, where everybody on the machine can read it. */
async function onCommandLine(token: string) {
  const file = join(folder, 'operator-token');
  await writeFile(file, token, { mode: 0o600 });
  return promisify(execFile)('node', ['tools/cli/main.mjs', 'rebuild', 'profile', '--url', service.url, '--token-file', file]);
}

const call = async (method: string, path: string, token = TOKEN) => {
  const answer = await fetch(`${service.url}/internal/rebuilds${path}`, { method, headers: { authorization: `Bearer ${token}` } });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

describe('the door for rebuilds', () => {
  it('starts one and tells how far it is, to its end', async () => {
    const started = await call('POST', '');
    expect([started.status, started.body]).toEqual([202, expect.objectContaining({ service: 'profile', id: expect.any(String), startedAt: expect.any(String) })]);
    await until(async () => (await call('GET', `/${String(started.body.id)}`)).body.state !== 'running');
    expect((await call('GET', `/${String(started.body.id)}`)).body).toMatchObject({ state: 'done', phase: 'done', endedAt: expect.any(String) });
  });

  it('is the operator’s, and knows only what it started', async () => {
    expect((await call('POST', '', 'tl_admin')).status).toBe(403);
    expect((await call('POST', '', 'unknown')).status).toBe(401);
    expect(await call('GET', '/nobody')).toMatchObject({ status: 404, body: { type: '/problems/rebuild-not-found' } });
  });

  it('is reached by the command line, which shows the end', async () => {
    const { stdout } = await onCommandLine(TOKEN);
    expect(stdout).toMatch(/\[#{30}\] 100 % {2}done {2}0 of 0 events/);
  });

  it('says on the command line why it was refused', async () => {
    await expect(onCommandLine('unknown')).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('401 /problems/unauthorized') });
  });
});
