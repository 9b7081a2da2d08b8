import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '@throughline/platform/testing';
import { AdminForTest, type TestTenant } from '../../services/admin/src/testing/admin-for-test';

const run = promisify(execFile);

describe('throughline dead-letters', () => {
  let admin: AdminForTest;
  let mine: TestTenant;
  const folder = mkdtempSync(join(tmpdir(), 'tl-cli-'));

  beforeAll(async () => {
    admin = await AdminForTest.start();
    mine = await admin.tenant('Mine');
    writeFileSync(join(folder, 'key'), `${mine.token}\n`);
  });
  afterAll(async () => {
    await admin.service.close();
    rmSync(folder, { recursive: true });
  });

  const cli = async (...args: string[]) => {
    const { stdout } = await run(process.execPath, ['tools/cli/main.mjs', 'dead-letters', ...args, '--url', admin.service.url, '--key-file', join(folder, 'key')]);
    return stdout.trim();
  };
  const json = async (...args: string[]) => (await cli(...args, '--json')).split('\n').map((line) => JSON.parse(line) as { id: string; state: string; redriven: number; raw: string });
  const put = async (account: string): Promise<string> => {
    const item = { tenant: mine.id, account, cause: 'unparsable', detail: 'not JSON', service: 'phone', raw: Buffer.from(randomUUID()), mediaType: 'text/plain' };
    const id = await admin.service.runtime.deadLetters.put(item);
    await until(async () => (await admin.call('GET', `/v1/dead-letters/${id}`, mine.token)).status === 200);
    return id;
  };

  it('lists, shows, redrives and discards', async () => {
    const ids = [await put('acc_cli'), await put('acc_cli'), await put('acc_other')];
    expect((await json('list', '--account', 'acc_cli')).map(({ id }) => id)).toEqual([ids[1], ids[0]]);
    expect(await cli('list', '--account', 'acc_cli')).toMatch(/open +unparsable {2}phone {2}acc_cli {2}1x {2}not JSON/);
    expect(Buffer.from((await json('show', ids[0]!))[0]!.raw, 'base64').toString()).toMatch(/-/);
    expect(await cli('show', ids[0]!)).toMatch(/detail +not JSON[^]*36 bytes/);
    expect((await json('redrive', '--account', 'acc_cli', '--reason', 'mended'))[0]).toEqual({ redriven: 2 });
    expect(await cli('redrive', ids[0]!, ids[1]!)).toBe(`${ids[0]}  redriven\n${ids[1]}  redriven`);
    expect((await json('discard', ids[2]!, '--reason', 'spam'))[0]).toMatchObject({ state: 'discarded' });
    expect(await cli('show', ids[2]!)).toContain('discard  by');
    expect((await json('list', '--state', 'discarded')).map(({ id }) => id)).toEqual([ids[2]]);
  });

  it('ends with the reason where the API refuses, and redrives nothing unasked', async () => {
    await expect(cli('show', randomUUID())).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('404 /problems/not-found') });
    await expect(cli('redrive')).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('--all') });
    await expect(cli('discard', randomUUID())).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('--reason') });
  });
});
