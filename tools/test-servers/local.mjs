// Servers as local processes, where there is no Docker engine.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBroker } from '../kafka/broker.mjs';

const temporary = (name) => {
  const folder = mkdtempSync(join(tmpdir(), `throughline-test-${name}-`));
  chmodSync(folder, 0o711);
  return folder;
};
const remove = (folder) => rmSync(folder, { recursive: true, force: true });

export async function postgresProcess() {
  const folder = temporary('postgres');
  const { EmbeddedPostgres } = embeddedPostgres();
  const server = await EmbeddedPostgres.start({ folder, settings: { max_connections: '300', fsync: 'off' } });
  return { address: server.url, stop: () => server.stop().finally(() => remove(folder)) };
}

export async function kafkaProcess() {
  const folder = temporary('kafka');
  const broker = await startBroker(folder);
  return { address: broker.address, stop: () => broker.stop().finally(() => remove(folder)) };
}

/** The product's own way to run PostgreSQL, compiled if need be. */
export function embeddedPostgres() {
  const { status } = spawnSync(process.execPath, ['tools/build.mjs', 'services/standalone'], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error('services/standalone does not compile');
  return createRequire(import.meta.url)('../../services/standalone/dist/embedded-postgres/embedded-postgres.js');
}
