// A PostgreSQL beside the product, where a fault needs one that the product does not start itself.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { until } from '../products/ready.mjs';

const READY_LIMIT_MS = 120_000;

/** @param env what it gets besides: a clock of its own, for example */
export async function startServer(folder, env = {}) {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  const { EmbeddedPostgres } = createRequire(import.meta.url)('../../services/standalone/dist/embedded-postgres/embedded-postgres.js');
  // The product's own way makes the folder and says how the server is run; then the same command runs here.
  const made = await EmbeddedPostgres.start({ folder });
  const { url, pid } = made;
  const [program, ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
  await made.stop();
  const log = openSync(join(folder, 'server.log'), 'a');
  const child = spawn(...asOwner('/usr/bin/env', [...Object.entries(env).map(([name, value]) => `${name}=${value}`), program, ...args]), { env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }, cwd: '/', stdio: ['ignore', log, log], detached: true });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  await until(() => saysReady(join(folder, 'data', 'postmaster.pid')), READY_LIMIT_MS, 'PostgreSQL did not start');
  const stop = () => (child.kill('SIGINT'), gone);
  return { url, port: Number(new URL(url).port), pid: child.pid, stop };
}

/** The file is made by the server: at first there is none. */
const saysReady = (pidFile) => existsSync(pidFile) && readFileSync(pidFile, 'utf8').split('\n')[7]?.trim() === 'ready';

/** PostgreSQL does not run as root. It alone gets `env`: what libfaketime makes as root for the way there, another user cannot open. */
const asOwner = (program, args) =>
  process.getuid() === 0 ? ['/usr/bin/setpriv', ['--reuid', 'postgres', '--regid', 'postgres', '--clear-groups', '--pdeathsig', 'INT', program, ...args]] : [program, args];
