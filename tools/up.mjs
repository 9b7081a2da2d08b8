// npm run up: Apache Kafka, PostgreSQL, a process per service and a router on PORT, without Docker. Returns when all is ready.
//   node tools/up.mjs                     start (--no-supervise: what dies stays dead)
//   node tools/up.mjs restart <service>   end one service; it comes up again at once
//   node tools/up.mjs status              what runs where
import './require-node.mjs';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { report } from './up/report.mjs';
import { home, inHome, readState, runs } from './up/state.mjs';

const READY_LIMIT_MS = 600_000;
const [command = 'start', name] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));

function fail(message) {
  console.error(message);
  process.exit(1);
}

function build() {
  if (spawnSync(process.execPath, ['tools/build.mjs'], { stdio: 'inherit' }).status !== 0) process.exit(1);
}

function launchSupervisor() {
  mkdirSync(inHome('logs'), { recursive: true });
  const log = openSync(inHome('logs', 'supervisor.log'), 'w');
  const env = { ...process.env, ...(process.argv.includes('--no-supervise') ? { TL_UP_SUPERVISE: '0' } : {}) };
  const child = spawn(process.execPath, ['tools/up/supervisor.mjs'], { detached: true, stdio: ['ignore', log, log], env });
  child.unref();
  return child;
}

const isFree = (port) =>
  new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

const isReady = ({ url }) => fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5000) }).then((answer) => answer.ok, () => false);

const seen = new Set();
function say(text) {
  if (!seen.has(text)) console.log(`${process.uptime().toFixed(0).padStart(4)} s  ${text}`);
  seen.add(text);
}

async function waitUntilReady(supervisor) {
  for (const limit = Date.now() + READY_LIMIT_MS; Date.now() < limit; await delay(200)) {
    const state = readState();
    if (supervisor.exitCode !== null) fail(state?.error ?? readFileSync(inHome('logs', 'supervisor.log'), 'utf8'));
    if (Number.parseInt(state?.supervisor, 10) !== supervisor.pid) continue;
    if (state.phase !== 'running') say(state.phase);
    else if (await allReady(state)) return state;
  }
  return fail(`not ready within ${READY_LIMIT_MS / 60_000} min: see ${inHome('logs')} (npm run down ends what runs)`);
}

async function allReady({ processes }) {
  const services = Object.entries(processes).filter(([, { url }]) => url?.startsWith('http'));
  const answers = await Promise.all(services.map(([, entry]) => isReady(entry)));
  for (const [index, [service, { starts }]] of services.entries()) {
    if (answers[index]) say(`${service} is ready`);
    else if (starts > 2) say(`${service} keeps ending: see ${inHome('logs', `${service}.log`)}`);
  }
  return answers.every(Boolean);
}

async function start() {
  if (runs(readState()?.supervisor)) fail(`already up (${home}): npm run down ends it, node tools/up.mjs status shows it`);
  const port = Number(process.env.PORT || 8080);
  if (!(await isFree(port))) fail(`port ${port} is in use: set PORT to another`);
  build();
  const supervisor = launchSupervisor();
  await report(await waitUntilReady(supervisor));
  process.exit();
}

function restart() {
  const { pid, identity } = readState()?.processes[name] ?? {};
  if (!runs(identity)) fail(`no process of ${name} is running`);
  process.kill(pid, 'SIGTERM');
  console.log(`${name} (${pid}) was told to end; it comes up again`);
}

async function status() {
  const state = readState();
  if (!runs(state?.supervisor)) fail('not up');
  await report(state);
  process.exit();
}

const commands = { start, restart, status };
await (commands[command] ?? (() => fail(`unknown: ${command}`)))();
