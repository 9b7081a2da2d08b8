// Finds what the services work on, as they do: the environment first, else what runs in DATA_DIR, else what lies there.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { home, readState, runs } from '../up/state.mjs';

const require = createRequire(import.meta.url);
export const lib = (name) => require(`../../libs/${name}/dist/index.js`);
export const compiled = (path) => require(`../../services/${path}.js`);

/** Ms: a walk over a long log is no request. */
const STATEMENT_MS = 300_000;
const TRANSACTION_MS = 3_600_000;

/** The configuration the services read. Throws with one line where it is bad. */
export const readConfig = () => lib('platform').readConfig(process.env);

/** The same, with the folders of what npm run up runs where that is what there is. */
export function installedConfig() {
  const config = readConfig();
  const up = !config.databaseUrl && !embeddedServer(config) && upState();
  return up ? { ...config, ...upFolders() } : config;
}

/**
 * The database of a service, with its address and the configuration that belongs to it; `close` ends what was opened, and the server where
 * it was started for this.
 */
export async function openInstallation(service, { lanes = 4 } = {}) {
  const config = readConfig();
  const place = await locate(config, service);
  const { openDatabase, schemaName } = lib('postgres');
  const url = new URL(place.url);
  // An administrator's session has no schema of its own.
  url.searchParams.set('options', `-c search_path=${schemaName(service)} -c transaction_timeout=${TRANSACTION_MS}`);
  const database = openDatabase({ url: url.href, service, max: lanes + 1, statementTimeoutMs: STATEMENT_MS });
  const close = async () => {
    await database.close();
    await place.stop?.();
  };
  await hasLog(database).catch((error) => close().then(() => Promise.reject(plainly(error, service))));
  return { config: { ...config, ...place.config }, url: place.url, database, close };
}

async function locate(config, service) {
  if (config.databaseUrl) return { url: config.databaseUrl };
  return embeddedServer(config) ?? distributedServer(service) ?? (await sleepingServer(config)) ?? nothing(config);
}

/** What npm start runs. */
function embeddedServer({ dataDir }) {
  const folder = join(dataDir, 'postgres');
  if (!existsSync(join(folder, 'server.json'))) return undefined;
  const { port, password, owner } = JSON.parse(readFileSync(join(folder, 'server.json'), 'utf8'));
  const { processIdentity } = compiled('standalone/dist/embedded-postgres/process-identity');
  if (!owner || processIdentity(Number.parseInt(owner, 10)) !== owner) return undefined;
  return { url: `postgres://throughline:${password}@127.0.0.1:${port}/postgres` };
}

/** What npm run up runs: a database for each service. */
function distributedServer(service) {
  const state = upState();
  if (!state) return undefined;
  const url = new URL(state.postgres);
  url.pathname = `/throughline_${service.replaceAll('-', '_')}`;
  return { url: url.href, config: upFolders() };
}

function upState() {
  const state = readState();
  return state?.postgres && runs(state.supervisor) ? state : undefined;
}

const upFolders = () => ({ keyStore: process.env.KEY_STORE || `file:${home}/keys`, blobUrl: process.env.BLOB_URL || `file:${home}/blobs` });

/** The data of a stopped npm start: its server runs as long as the command. */
async function sleepingServer({ dataDir }) {
  const folder = join(dataDir, 'postgres');
  if (!existsSync(join(folder, 'data'))) return undefined;
  const { EmbeddedPostgres } = compiled('standalone/dist/embedded-postgres/embedded-postgres');
  const server = await EmbeddedPostgres.start({ folder });
  return { url: server.url, stop: () => server.stop() };
}

function nothing({ dataDir }) {
  throw new Error(`No database: DATABASE_URL is not set, nothing runs, and ${dataDir} holds no data. Set DATABASE_URL or DATA_DIR.`);
}

const hasLog = (database) => database.relay((tx) => tx.query('SELECT FROM event LIMIT 1'));

/** No role, no schema or no table of that name. */
const plainly = (error, service) =>
  ['42P01', '3F000', '42704', '22023'].includes(error.code) ? new Error(`There is no log of the service ${service} in this database.`, { cause: error }) : error;
