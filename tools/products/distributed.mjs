// The product as `npm run up` runs it: its supervisor starts again what ends.
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { readDemoFile } from '../clients/demo-file.mjs';
import { freePorts } from '../kafka/broker.mjs';
import { isReady, until } from './ready.mjs';

const READY_LIMIT_MS = 240_000;
const SERVERS = { postgres: 'postgres', kafka: 'broker', router: 'router' };

/** What `npm run up` started in this environment (DATA_DIR, TL_UP_DIR). */
export const attachDistributed = (env = process.env) => new Distributed(env);

/** The environment of a product of its own on free ports, everything in a new folder. */
export async function freshEnvironment(more = {}) {
  const home = mkdtempSync(join(tmpdir(), 'throughline-up-'));
  // `npm run up` takes PORT and the seven after it where they are free.
  const [port, smtp] = await freePorts(2);
  return { ...process.env, TL_UP_DIR: home, DATA_DIR: join(home, 'data'), PORT: String(port), SMTP_PORT: String(smtp), PUBLIC_URL: `http://127.0.0.1:${port}`, LOG_LEVEL: 'warn', ...more };
}

/** Starts it; throws with the last words of its log. */
export async function startDistributed(env) {
  await promisify(execFile)(process.execPath, ['tools/up.mjs'], { env }).catch(({ stdout, stderr }) => {
    throw new Error(`npm run up failed: ${(stderr || stdout).trim().split('\n').slice(-8).join('\n')}`);
  });
  const product = new Distributed(env);
  // Whatever ends this process, nothing stays behind.
  process.once('exit', () => product.cutDown());
  return product;
}

class Distributed {
  mode = 'distributed';
  #down = false;

  constructor(env) {
    const home = resolve(env.TL_UP_DIR || join(env.DATA_DIR || '.throughline', 'up'));
    Object.assign(this, { env, home, url: this.#state(home).publicUrl, startsBefore: 0 });
    this.startsBefore = this.#starts();
  }

  get demo() {
    return readDemoFile(this.env);
  }

  /** { name: { pid, kind, url } } of what runs now. */
  get parts() {
    const { processes } = this.#state();
    return Object.fromEntries(Object.entries(processes).map(([name, { pid, url }]) => [name, { pid, url, kind: SERVERS[name] ?? 'service' }]));
  }

  get supervisor() {
    return Number.parseInt(this.#state().supervisor, 10);
  }

  /** As superuser. */
  get adminUrl() {
    return this.#state().postgres;
  }

  get broker() {
    return this.#state().kafka;
  }

  /** Starts of processes beyond those that were asked for since the last look. */
  get deaths() {
    return this.#starts() - this.startsBefore;
  }

  /** Signals a process, which its supervisor starts again; resolves when it is ready. */
  async bounce(name, signal) {
    const { pid, url, kind } = this.parts[name];
    process.kill(pid, signal);
    await until(() => this.parts[name].pid !== undefined && this.parts[name].pid !== pid, READY_LIMIT_MS, `${name} was not started again`);
    if (kind === 'service') this.startsBefore += 1;
    await until(() => isReady(kind === 'service' ? url : this.url), READY_LIMIT_MS, `${name} did not become ready again`);
  }

  async stop() {
    this.#down = true;
    await promisify(execFile)(process.execPath, ['tools/down.mjs'], { env: this.env });
  }

  /** Where there is no time to wait for anything. */
  cutDown() {
    if (!this.#down) spawnSync(process.execPath, ['tools/down.mjs'], { env: this.env, stdio: 'ignore' });
  }

  #starts() {
    return Object.values(this.#state().processes).reduce((sum, { starts = 0 }) => sum + starts, 0);
  }

  #state(home = this.home) {
    try {
      return JSON.parse(readFileSync(join(home, 'state.json'), 'utf8'));
    } catch (error) {
      if (error.code === 'ENOENT') throw new Error(`nothing runs in ${home}: npm run up starts it`, { cause: error });
      throw error;
    }
  }
}
