// The product in one process, started here as an operator would and started again when it ends, as a service manager would.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePorts } from '../kafka/broker.mjs';
import { readDemoFile } from '../clients/demo-file.mjs';
import { NODE_FLAGS } from '../node-flags.mjs';
import { isReady, until } from './ready.mjs';

const READY_LIMIT_MS = 240_000;
const RESTART_MS = 1_000;

/** @param env DATA_DIR, PORT and whatever else it shall have; @param log where its output goes */
export async function startEmbedded(env, log = 'inherit') {
  const product = new Embedded(env, log);
  await product.start();
  return product;
}

/** What would lead a product of its own to somebody else's servers. */
const ELSEWHERE = { DATABASE_URL: undefined, KAFKA_BROKERS: undefined, KEY_STORE: undefined, BLOB_URL: undefined };

/** A product of its own in a new folder, which is removed in the end. */
export async function startFresh(more = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-fresh-'));
  const [port, smtp] = await freePorts(2);
  const env = { ...process.env, ...ELSEWHERE, DATA_DIR: join(folder, 'data'), PORT: String(port), SMTP_PORT: String(smtp), PUBLIC_URL: `http://127.0.0.1:${port}`, LOG_LEVEL: 'error', ...more };
  const product = await startEmbedded(env, join(folder, 'process.log'));
  const stop = product.stop.bind(product);
  product.stop = () => stop().finally(() => rmSync(folder, { recursive: true, force: true }));
  return product;
}

class Embedded {
  mode = 'embedded';
  /** How often it ended without being told to. */
  deaths = 0;
  #child;
  #expected = false;

  constructor(env, log) {
    // Whatever ends this process, nothing stays behind.
    process.once('exit', () => this.#child?.kill('SIGTERM'));
    Object.assign(this, { env, log, url: `http://127.0.0.1:${env.PORT ?? 8080}`, dataDir: env.DATA_DIR ?? '.throughline' });
  }

  get demo() {
    return readDemoFile(this.env);
  }

  /** { name: { pid, kind } } of what runs now. */
  get parts() {
    return { standalone: { pid: this.#child?.pid, kind: 'service' }, postgres: { pid: this.#postmaster(), kind: 'postgres' } };
  }

  /** As superuser. */
  get adminUrl() {
    const { port, password } = JSON.parse(readFileSync(join(this.dataDir, 'postgres', 'server.json'), 'utf8'));
    return `postgres://throughline:${password}@127.0.0.1:${port}/postgres`;
  }

  async start() {
    this.#spawn();
    await until(() => isReady(this.url), READY_LIMIT_MS, 'the product did not become ready');
  }

  /** Signals the one process or its PostgreSQL and brings the process up again; resolves when all is ready. */
  async bounce(name, signal) {
    const { pid } = this.parts[name];
    if (name === 'standalone') return this.#restart(signal);
    process.kill(pid, signal);
    await until(() => this.#postmaster() !== pid, READY_LIMIT_MS, 'PostgreSQL did not end');
    await until(() => isReady(this.url), READY_LIMIT_MS, 'the product did not become ready again');
  }

  async stop() {
    this.#expected = true;
    const gone = this.#gone();
    this.#child.kill('SIGTERM');
    await gone;
  }

  async #restart(signal) {
    this.#expected = true;
    const gone = this.#gone();
    this.#child.kill(signal);
    await gone;
    await this.start();
  }

  #gone() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null ? Promise.resolve() : new Promise((resolve) => this.#child.once('exit', resolve));
  }

  #spawn() {
    this.#expected = false;
    const output = this.log === 'inherit' ? 'inherit' : this.#openLog();
    const child = spawn(process.execPath, [...NODE_FLAGS, 'tools/start.mjs'], { env: this.env, stdio: ['ignore', output === 'inherit' ? 'ignore' : output, output] });
    this.#child = child;
    child.once('exit', () => void this.#afterExit(child));
  }

  #openLog() {
    mkdirSync(join(this.log, '..'), { recursive: true });
    return openSync(this.log, 'a');
  }

  async #afterExit(child) {
    if (this.#expected || child !== this.#child) return;
    this.deaths += 1;
    await wait(RESTART_MS);
    if (!this.#expected) this.#spawn();
  }

  #postmaster() {
    try {
      return Number(readFileSync(join(this.dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
    } catch {
      return undefined;
    }
  }
}
