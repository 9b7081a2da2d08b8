import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

// Whatever name was given, the one process of `npm start` made the read models of profile anew, and the command said that it was done.
it('read models of a service that has none are not made anew', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(__dirname, 'main.mjs'), 'rebuild', 'admin', '--url', 'http://127.0.0.1:1'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('Allowed choices are profile') });
});
