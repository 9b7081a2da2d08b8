// A product of its own, with what a fault needs around it: small disks, proxies, a clock.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../products/embedded.mjs';
import { freshEnvironment, startDistributed } from '../products/distributed.mjs';
import { freePorts } from '../kafka/broker.mjs';
import { openClock } from './clock.mjs';
import { mountDisk, removeDisks } from './disk.mjs';
import { openProxy } from './proxy.mjs';
import { startServer } from './server.mjs';

/**
 * @param needs 'plain' | 'disks' | 'proxies' | 'clock'
 * @returns { product, disks, proxies, clock, close }
 */
export const openRoom = (mode, needs) => (mode === 'embedded' ? embeddedRoom(needs) : distributedRoom(needs));

async function embeddedRoom(needs) {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-faults-'));
  chmodSync(folder, 0o755);
  const [port, smtp] = await freePorts(2);
  const base = { ...process.env, DATA_DIR: join(folder, 'data'), PORT: String(port), SMTP_PORT: String(smtp), PUBLIC_URL: `http://127.0.0.1:${port}`, LOG_LEVEL: 'warn' };
  const room = { closers: [] };
  if (needs === 'disks') room.disks = { postgres: mountDisk(join(folder, 'data', 'postgres')) };
  const clock = needs === 'clock' ? (room.clock = openClock(folder)).env : {};
  const outside = needs === 'proxies' || needs === 'clock' ? await outsideServer(room, join(folder, 'server'), needs, clock) : {};
  room.product = await startEmbedded({ ...base, ...clock, ...outside }, join(folder, 'process.log'));
  room.close = () => closeAll([() => room.product.stop(), ...room.closers], folder, room.product.log);
  return room;
}

/** A PostgreSQL that is not the process' own, so that something can stand between. */
async function outsideServer(room, folder, needs, env) {
  const server = await startServer(folder, env);
  room.closers.push(() => server.stop());
  if (needs !== 'proxies') return { DATABASE_URL: server.url };
  const proxy = await openProxy(0, server.port);
  room.proxies = { postgres: proxy };
  room.closers.push(() => proxy.close());
  return { DATABASE_URL: server.url.replace(`:${server.port}/`, `:${proxy.port}/`) };
}

async function distributedRoom(needs) {
  const env = await freshEnvironment();
  const home = env.TL_UP_DIR;
  chmodSync(home, 0o755);
  const room = { closers: [] };
  if (needs === 'disks') room.disks = { postgres: mountDisk(join(home, 'postgres')), kafka: mountDisk(join(home, 'kafka', 'data')) };
  if (needs === 'clock') room.clock = openClock(home);
  const extra = needs === 'proxies' ? await putBetween(room, env) : (room.clock?.env ?? {});
  room.product = await startDistributed({ ...env, ...extra });
  room.close = () => closeAll([() => room.product.stop(), ...room.closers], home, join(home, 'logs'));
  return room;
}

/** The addresses of both servers are known only once they have run: so they are started, stopped, and started again behind proxies. */
async function putBetween(room, env) {
  const first = await startDistributed(env);
  const { broker } = first;
  await first.stop();
  const properties = join(first.home, 'kafka', 'server.properties');
  const kafka = await openProxy(0, Number(broker.split(':')[1]));
  writeFileSync(properties, readFileSync(properties, 'utf8').replace(/^(advertised\.listeners=.*:)\d+$/m, `$1${kafka.port}`));
  const postgres = await openProxy(0, () => JSON.parse(readFileSync(join(first.home, 'postgres', 'server.json'), 'utf8')).port);
  room.proxies = { postgres, kafka };
  room.closers.push(() => kafka.close(), () => postgres.close());
  return { TL_UP_DATABASE_PORT: String(postgres.port) };
}

/** Closes in order, whatever fails; the folder stays where KEEP_LOGS is set. */
async function closeAll(closers, folder, log) {
  for (const close of closers) await close().catch((error) => console.error(error.message));
  removeDisks();
  if (process.env.KEEP_LOGS) console.log(`logs: ${log}`);
  else rmSync(folder, { recursive: true, force: true });
}
