// `--settle 5m` was no wait at all, and a former config key was destroyed while processes sealed by it; `--retired-before 01/02/2026` was a
// moment by the server's time zone and by American order, and slots that a backup needs went with it.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LIMIT_MS = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'tl-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Where there is nothing to work on. */
const said = (...args: string[]) =>
  new Promise<string>((resolve) => {
    const env = { PATH: process.env.PATH, DATA_DIR: folder };
    execFile(process.execPath, [join(__dirname, 'main.mjs'), 'keys', ...args], { env, timeout: LIMIT_MS }, (_, __, errors) => resolve(errors));
  });

it.each(['5m', '61s', '-1', ''])('--settle %j is no number of seconds', async (settle) => {
  expect(await said('rotate', 'config', `--settle=${settle}`)).toContain('Whole seconds');
}, LIMIT_MS);

it.each(['01/02/2026', '1', '2026-01-31', '2026-01-31T00:00:00', '2026-13-31T00:00:00Z'])('--retired-before %j is no moment', async (time) => {
  expect(await said('destroy', 'slots', `--retired-before=${time}`)).toContain('A time (RFC 3339)');
}, LIMIT_MS);

it('takes what is one', async () => {
  expect(await said('destroy', 'slots', '--retired-before', '2026-01-31T00:00:00+02:00')).toContain('No database');
}, LIMIT_MS);
