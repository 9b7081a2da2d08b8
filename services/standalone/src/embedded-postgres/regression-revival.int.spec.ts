// A server that died and could not be started at once was given up, and the whole product with it: a full disk took it down for good.
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { EmbeddedPostgres } from './embedded-postgres';

async function serves(url: string): Promise<boolean> {
  const client = new Client(url);
  client.on('error', () => undefined);
  return client.connect().then(() => client.end()).then(() => true, () => false);
}

describe('a PostgreSQL that died', () => {
  const trial = mkdtempSync(join(tmpdir(), 'throughline-revival-'));
  const folder = join(trial, 'postgres');
  const control = join(folder, 'data', 'global', 'pg_control');
  let server: EmbeddedPostgres;
  let down: PromiseWithResolvers<Error>;

  beforeEach(async () => {
    down = Promise.withResolvers();
    server = await EmbeddedPostgres.start({ folder, settings: { fsync: 'off' }, onDown: (error) => down.resolve(error) });
  });
  afterEach(() => server.stop());
  afterAll(() => rmSync(trial, { recursive: true, force: true }));

  const hinder = () => renameSync(control, `${control}.away`);
  const letGo = () => renameSync(`${control}.away`, control);

  it('comes back on the same port once what hindered its start is gone', async () => {
    hinder();
    process.kill(server.pid!, 'SIGKILL');
    await expect(down.promise).resolves.toThrow(/did not start again/);
    letGo();
    while (!(await serves(server.url))) await delay(20);
  });

  it('is let be when it is told to stop while it cannot start', async () => {
    hinder();
    process.kill(server.pid!, 'SIGKILL');
    await down.promise;
    await server.stop();
    letGo();
    expect(await serves(server.url)).toBe(false);
  });
});
