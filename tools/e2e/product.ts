import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export interface DemoFile {
  apiKey: string;
  publicUrl: string;
  accounts: Record<string, Record<string, string>>;
  smtp: { host: string; port: number };
}

/** The whole product, running as an operator would run it, on free ports and in a folder of its own. */
export interface Product {
  url: string;
  /** Everything it writes lies below it. */
  folder: string;
  dataDir: string;
  demo: DemoFile;
  env: NodeJS.ProcessEnv;
  /** Superuser, to look from outside. */
  databaseUrl: string;
  /** Ends its processes; what it wrote stays. */
  halt(): Promise<void>;
  /** Ends it for good. Also after `halt`. */
  stop(): Promise<void>;
}

const READY_LIMIT_MS = 240_000;
const root = join(__dirname, '..', '..');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The environment of a product on free ports. */
export async function freeEnvironment(more: Record<string, string>): Promise<NodeJS.ProcessEnv> {
  const [port, smtp] = [await freePort(), await freePort()];
  return { ...process.env, PORT: String(port), SMTP_PORT: String(smtp), PUBLIC_URL: `http://127.0.0.1:${port}`, LOG_LEVEL: 'debug', ...more };
}

const newFolder = () => mkdtempSync(join(tmpdir(), 'throughline-e2e-'));

function run(args: string[], env: NodeJS.ProcessEnv, log: string): ChildProcess {
  const output = openSync(log, 'a');
  return spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', output, output] });
}

const ended = (child: ChildProcess) => new Promise<number | null>((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(child.exitCode)));

/** Waits until it takes requests; throws what it wrote to `log` where it ends before. */
export async function untilReady(url: string, child: ChildProcess, log: string): Promise<void> {
  for (const limit = Date.now() + READY_LIMIT_MS; Date.now() < limit; await wait(100)) {
    if (child.exitCode) throw new Error(`it ended before it was ready:\n${readFileSync(log, 'utf8').slice(-3000)}`);
    if (await fetch(`${url}/health/ready`).then((answer) => answer.ok, () => false)) return;
  }
  throw new Error(`not ready within ${READY_LIMIT_MS} ms:\n${readFileSync(log, 'utf8').slice(-3000)}`);
}

function readDemo(dataDir: string, env: NodeJS.ProcessEnv): DemoFile {
  const demo = JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8')) as Omit<DemoFile, 'smtp'>;
  return { ...demo, smtp: { host: '127.0.0.1', port: Number(env.SMTP_PORT) } };
}

const databaseUrlOf = (folder: string) => {
  const { port, password } = JSON.parse(readFileSync(join(folder, 'server.json'), 'utf8')) as { port: number; password: string };
  return `postgres://throughline:${password}@127.0.0.1:${port}/postgres`;
};

const stopOf = (folder: string, halt: () => Promise<void>) => async () => {
  await halt();
  rmSync(folder, { recursive: true, force: true });
};

/** One process with everything in it: what `npm start` runs. */
export async function startEmbedded(): Promise<Product> {
  const folder = newFolder();
  const dataDir = join(folder, 'data');
  const env = await freeEnvironment({ DATA_DIR: dataDir });
  const log = join(folder, 'process.log');
  const child = run(['tools/start.mjs'], env, log);
  const url = env.PUBLIC_URL!;
  await untilReady(url, child, log);
  const halt = async () => {
    child.kill('SIGTERM');
    await ended(child);
  };
  return { url, halt, stop: stopOf(folder, halt), folder, dataDir, env, demo: readDemo(dataDir, env), databaseUrl: databaseUrlOf(join(dataDir, 'postgres')) };
}

/** Apache Kafka, PostgreSQL, a process per service and the router: what `npm run up` runs. */
export async function startDistributed(): Promise<Product> {
  const folder = newFolder();
  const dataDir = join(folder, 'data');
  const env = await freeEnvironment({ TL_UP_DIR: folder, DATA_DIR: dataDir });
  const log = join(folder, 'up.log');
  const up = run(['tools/up.mjs'], env, log);
  if ((await ended(up)) !== 0) throw new Error(`npm run up failed:\n${readFileSync(log, 'utf8').slice(-3000)}`);
  const halt = async () => void (await ended(run(['tools/down.mjs'], env, log)));
  return { url: env.PUBLIC_URL!, halt, stop: stopOf(folder, halt), folder, dataDir, env, demo: readDemo(dataDir, env), databaseUrl: databaseUrlOf(join(folder, 'postgres')) };
}

/** Asks until the answer will do. Throws after a minute: nothing here takes that long. */
export async function until<T>(ask: () => Promise<T>, good: (answer: T) => boolean): Promise<T> {
  for (const limit = Date.now() + 60_000; ; await wait(50)) {
    const answer = await ask();
    if (good(answer)) return answer;
    if (Date.now() > limit) throw new Error(`still not: ${JSON.stringify(answer).slice(0, 500)}`);
  }
}

/** Runs one of the tools against a product; its exit code and what it printed. */
export const runTool = (product: Product, args: string[]) => runCommand(args, product.env);

export async function runCommand(args: string[], env: NodeJS.ProcessEnv): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { code: await ended(child), output };
}
