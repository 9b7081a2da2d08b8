// The one PostgreSQL that all contenders stand on: the product's own embedded server with its shipped settings. And a broker, once one is asked for.
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { KafkaStand } from './kafka.mjs';

export class Stand {
  #sessions = new Map();
  #kafka;

  static async start() {
    const stand = new Stand();
    stand.folder = mkdtempSync(join(tmpdir(), 'throughline-bench-'));
    chmodSync(stand.folder, 0o711);
    const { EmbeddedPostgres } = createRequire(import.meta.url)('../../services/standalone/dist/embedded-postgres/embedded-postgres.js');
    stand.server = await EmbeddedPostgres.start({ folder: join(stand.folder, 'postgres') });
    return stand;
  }

  /** URL of a superuser in a database of this name. */
  url(database) {
    const url = new URL(this.server.url);
    url.pathname = `/${database}`;
    return url.href;
  }

  async create(database) {
    await this.ask('postgres', `CREATE DATABASE ${database}`);
    return this.url(database);
  }

  /** The broker, started when it is first asked for. */
  kafka() {
    return (this.#kafka ??= KafkaStand.start(join(this.folder, 'kafka')));
  }

  /** Rows of a statement, as superuser: past the walls of the roles. */
  async ask(database, text, values) {
    if (!this.#sessions.has(database)) this.#sessions.set(database, connected(this.url(database)));
    const client = await this.#sessions.get(database);
    return (await client.query(text, values)).rows;
  }

  /** The first column of a statement's only row, as a number. */
  async count(database, text, values) {
    const [row] = await this.ask(database, text, values);
    return Number(Object.values(row)[0]);
  }

  /** µs that all processes of the server have used, those that have ended included; NaN where there is no /proc. */
  cpu() {
    try {
      const pids = readFileSync(`/proc/${this.server.pid}/task/${this.server.pid}/children`, 'utf8').trim().split(' ');
      return cpuOf(this.server.pid, 4) + pids.reduce((sum, pid) => sum + cpuOf(pid, 2), 0);
    } catch {
      return NaN;
    }
  }

  /** Ends what was started, whatever of it fails to end. */
  async stop() {
    const sessions = [...this.#sessions.values()].map(async (session) => (await session).end());
    const ended = await Promise.allSettled([...sessions, this.#kafka?.then((kafka) => kafka.stop())]);
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    for (const { reason } of ended.filter(({ status }) => status === 'rejected')) console.error(reason);
  }
}

async function connected(url) {
  const client = new pg.Client(url);
  await client.connect();
  return client;
}

/** Linux counts in hundredths of a second. Fields 14 to 17: its own time (user, system), that of ended children. */
function cpuOf(pid, fields) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return 10_000 * stat.slice(stat.lastIndexOf(')') + 2).split(' ').slice(11, 11 + fields).reduce((sum, ticks) => sum + Number(ticks), 0);
}
