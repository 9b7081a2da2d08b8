import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { EmbeddedPostgres } from './embedded-postgres';
import { runToEnd } from './run-as';
import { serverPrograms } from './server-programs';
import { serverUser } from './server-user';

const settings = { fsync: 'off' };
const asRoot = process.getuid?.() === 0;

async function ask<R>(url: string, sql: string): Promise<R[]> {
  const client = new Client(url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows as R[];
  } finally {
    await client.end();
  }
}

async function untilIsServed(url: string): Promise<void> {
  while (!(await ask(url, 'SELECT 1').then(() => true, () => false))) await delay(20);
}

describe('EmbeddedPostgres', () => {
  let trial: string;
  let folder: string;
  let server: EmbeddedPostgres | undefined;
  const start = async () => (server = await EmbeddedPostgres.start({ folder, settings }));

  beforeEach(() => {
    trial = mkdtempSync(join(tmpdir(), 'throughline-embedded-'));
    folder = join(trial, 'data', 'postgres');
  });
  afterEach(async () => {
    await server?.stop();
    rmSync(trial, { recursive: true, force: true });
  });

  it('starts a PostgreSQL 18 in UTF-8 that listens on this machine only', async () => {
    const { url } = await start();
    const [row] = await ask(url, "SELECT current_setting('server_version_num')::int / 10000 AS major, current_setting('server_encoding') AS encoding, current_setting('listen_addresses') AS at, current_setting('unix_socket_directories') AS sockets");
    expect(row).toEqual({ major: 18, encoding: 'UTF8', at: '127.0.0.1', sockets: '' });
  });

  it('keeps its password to its owner, and does not let others in', async () => {
    const { url } = await start();
    expect(statSync(join(folder, 'server.json')).mode & 0o777).toBe(0o600);
    const wrong = new URL(url);
    wrong.password = 'wrong';
    await expect(ask(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('goes on with its data, password and port after a stop', async () => {
    const first = await start();
    await ask(first.url, 'CREATE TABLE kept (n int)');
    await first.stop();
    const second = await start();
    expect(second.url).toBe(first.url);
    expect(await ask(second.url, 'SELECT * FROM kept')).toEqual([]);
  });

  it('takes over from a server that a killed run left behind', async () => {
    const first = await start();
    await ask(first.url, 'CREATE TABLE kept (n int)');
    await first.stop();
    const options = `-p ${new URL(first.url).port} -c unix_socket_directories=`;
    const log = join(folder, 'data', 'orphan.log');
    await runToEnd(serverPrograms().pgCtl, ['-D', join(folder, 'data'), '-o', options, '-l', log, '-w', 'start'], serverUser());
    const second = await start();
    expect(await ask(second.url, 'SELECT * FROM kept')).toEqual([]);
  });

  it('starts the server again on the same port when it is killed', async () => {
    const { url, pid } = await start();
    await ask(url, 'CREATE TABLE kept (n int)');
    process.kill(pid!, 'SIGKILL');
    await untilIsServed(url);
    expect(await ask(url, 'SELECT * FROM kept')).toEqual([]);
    expect(server!.pid).not.toBe(pid);
  });

  it('says in its error what the server said', async () => {
    await (await start()).stop();
    const wrong = EmbeddedPostgres.start({ folder, settings: { shared_buffers: 'plenty' } });
    await expect(wrong).rejects.toThrow(/did not start: .*shared_buffers/s);
    server = undefined;
  });

  (asRoot ? it : it.skip)('opens a closed temporary folder for entering only, as root', async () => {
    chmodSync(trial, 0o700);
    await start();
    expect(statSync(trial).mode & 0o777).toBe(0o711);
  });
});
