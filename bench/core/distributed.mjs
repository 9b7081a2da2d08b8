// The product in distributed mode: admin, ingest and profile as processes of their own, each with its database, on the bench's broker.
import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Contender } from '../stand/contender.mjs';
import { Product } from './product.mjs';

const require = createRequire(import.meta.url);
const SERVICES = ['admin', 'ingest', 'profile'];

/** @param name stands before its topics and databases, so that products share a server and a broker */
export async function startDistributed(stand, name, { supply } = {}) {
  const kafka = await stand.kafka();
  const dataDir = join(stand.folder, name);
  mkdirSync(dataDir);
  const started = await Promise.all(SERVICES.map(async (service) => [service, await startProcess({ stand, kafka, name, service, dataDir })]));
  const contenders = Object.fromEntries(started);
  const { ingest, profile } = contenders;
  const parts = { name, stand, dataDir, doorUrl: ingest.ready.url, readUrl: profile.ready.url, database: databaseOf(name, 'profile'), contenders };
  return new Product({ ...parts, kafka, topicPrefix: prefixOf(name), ...(supply && { supply }) });
}

const databaseOf = (name, service) => `${name}_${service}`;
const prefixOf = (name) => `${name}.`;

async function startProcess({ stand, kafka, name, service, dataDir }) {
  const env = {
    DATABASE_URL: await loginOf(stand, service, databaseOf(name, service)), KAFKA_BROKERS: kafka.address, DATA_DIR: dataDir, HOST: '127.0.0.1', PORT: '0', SMTP_PORT: '0',
    KEY_STORE: `file:${join(dataDir, 'keys')}`, BLOB_URL: `file:${join(dataDir, 'blobs')}`, DEMO: '1', LOG_LEVEL: 'warn', OTEL_SERVICE_NAME: `throughline-${service}`,
  };
  return Contender.start('service.mjs', { service, topicPrefix: prefixOf(name) }, env);
}

/**
 * A service's own login. Roles belong to the whole server, so its password is the one that embedded mode derives
 * (libs/platform, service-databases.ts): with two passwords the modes would lock each other out.
 */
export function loginOf(stand, service, database) {
  const adminUrl = stand.url('postgres');
  const password = createHmac('sha256', decodeURIComponent(new URL(adminUrl).password)).update(`throughline login ${service}`).digest('base64url');
  return require('@throughline/postgres').provision({ adminUrl, service, database, password });
}
