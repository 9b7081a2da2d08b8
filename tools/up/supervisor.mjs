// Holds everything `npm run up` starts: PostgreSQL, Kafka, a process per service and the router. Starts again what dies.
// SIGTERM ends it all in order: router, services, Kafka, PostgreSQL.
import '../require-node.mjs';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { startBroker } from '../kafka/broker.mjs';
import { readyForGroups } from '../kafka/admin.mjs';
import { Child } from './child.mjs';
import { passwordFrom, serviceEnvironment } from './environment.mjs';
import { provisionServices } from './provision.mjs';
import { home, identityOf, inHome, writeState } from './state.mjs';

const LONGEST_PAUSE_MS = 1_000;
const restart = process.env.TL_UP_SUPERVISE !== '0';
const ports = JSON.parse(readFileSync(new URL('../../deploy/services.json', import.meta.url), 'utf8'));
const routerPort = Number(process.env.PORT || 8080);
const publicUrl = process.env.PUBLIC_URL || `http://localhost:${routerPort}`;
const stops = [];
const state = { supervisor: identityOf(process.pid), phase: 'starting', publicUrl, processes: {} };
const note = (changes) => {
  Object.assign(state, changes);
  writeState(state);
};
let ending = false;

async function end(code) {
  if (ending) return;
  ending = true;
  note({ phase: 'stopping' });
  for (const stop of stops.reverse()) await stop().catch((error) => console.error(error));
  note({ phase: state.error ? 'failed' : 'stopped', processes: {} });
  process.exit(code);
}

async function postgres() {
  note({ phase: 'PostgreSQL' });
  const { EmbeddedPostgres } = createRequire(import.meta.url)('../../services/standalone/dist/embedded-postgres/embedded-postgres.js');
  const onStarted = (pid) => record('postgres', { pid });
  const server = await EmbeddedPostgres.start({ folder: inHome('postgres'), settings: { max_connections: '400' }, onStarted, onDown: (error) => console.error(error.message) });
  stops.push(() => server.stop());
  note({ postgres: server.url });
  record('postgres', { url: server.url.replace(/\/\/.*@/, '//') });
  return server.url;
}

async function kafka() {
  note({ phase: 'Apache Kafka (the first time its jars are fetched)' });
  const run = () => startBroker(inHome('kafka'), { heap: '512m', onExit: () => void revive() });
  let broker = await run();
  // What hinders its start, a full disk say, may go away: the services wait for it.
  async function revive() {
    if (!ending) record('kafka', { pid: undefined });
    for (let pause = 200; restart && !ending; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        broker = await run();
        return record('kafka', { pid: broker.pid });
      } catch (error) {
        console.error(error.message);
        await delay(pause);
      }
    }
  }
  stops.push(() => broker.stop());
  await readyForGroups(broker.address);
  note({ kafka: broker.address });
  record('kafka', { pid: broker.pid, url: broker.address });
  return broker.address;
}

function launch(name, args, env, url) {
  const child = new Child({ name, args, env, log: inHome('logs', `${name}.log`), restart, onChange: () => record(name, { pid: child.pid, starts: child.starts, url }) });
  child.start();
  return child;
}

function record(name, changes) {
  const entry = { ...state.processes[name], ...changes };
  entry.identity = entry.pid === undefined ? undefined : identityOf(entry.pid);
  state.processes[name] = entry;
  writeState(state);
}

/** The usual ports where they are free, others where not. */
async function portsOfServices() {
  const shift = routerPort - 8080;
  const wanted = Object.fromEntries(Object.entries(ports).map(([name, { port }]) => [name, port + shift]));
  const { freePort } = createRequire(import.meta.url)('../../services/standalone/dist/embedded-postgres/server-state.js');
  for (const name of Object.keys(wanted)) wanted[name] = await freePort(wanted[name]);
  return wanted;
}

async function services(adminUrl, brokers) {
  note({ phase: 'databases' });
  const databases = await provisionServices(adminUrl, passwordFrom(adminUrl));
  const at = await portsOfServices();
  note({ phase: 'services' });
  const names = Object.keys(ports);
  const children = names.map((name) => {
    const env = serviceEnvironment({ name, port: at[name], databaseUrl: databases[name], kafka: brokers, publicUrl });
    return launch(name, [`services/${name}/dist/main.js`], env, `http://127.0.0.1:${at[name]}`);
  });
  stops.push(() => Promise.all(children.map((child) => child.stop())));
  const urls = Object.fromEntries(names.map((name) => [`SERVICE_${name.toUpperCase().replaceAll('-', '_')}_URL`, `http://127.0.0.1:${at[name]}`]));
  const router = launch('router', ['deploy/router/router.mjs'], { ...process.env, ...urls, PORT: String(routerPort), HOST: process.env.HOST || '127.0.0.1' }, publicUrl);
  stops.push(() => router.stop());
}

function fail(error) {
  console.error(error);
  note({ error: error.message });
  return end(1);
}

for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => void end(0));
mkdirSync(home, { recursive: true });
try {
  const [adminUrl, brokers] = await Promise.all([postgres(), kafka()]);
  await services(adminUrl, brokers);
  note({ phase: 'running' });
} catch (error) {
  await fail(error);
}
