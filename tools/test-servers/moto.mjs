// S3 and KMS for tests: moto, a Python program that speaks both on one port. What it keeps dies with its process.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePorts } from '../kafka/broker.mjs';

const MOTO_VERSION = '5.2.5';
const READY_LIMIT_MS = 120_000;
const SETPRIV = '/usr/bin/setpriv';
const run = promisify(execFile);
const home = fileURLToPath(new URL(`../../.cache/moto-${MOTO_VERSION}`, import.meta.url));

/**
 * Starts moto on a free port of 127.0.0.1, installing it first where it is not there yet (once per checkout, into .cache/).
 * `address` is the endpoint (http://127.0.0.1:<port>) for region us-east-1, any credentials and path-style buckets.
 * Throws one clear line where python3, its module venv or the package cannot be had.
 */
export async function startMoto() {
  const program = await motoServer();
  const [port] = await freePorts(1);
  const child = spawnMoto([program, '-H', '127.0.0.1', '-p', String(port)]);
  const exited = new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
  const said = lastWords(child);
  const address = `http://127.0.0.1:${port}`;
  const stop = async () => {
    child.kill('SIGTERM');
    await exited;
  };
  await ready(child, address).catch(async (error) => {
    await stop();
    throw new Error(`moto did not start: ${said() || error.message}`, { cause: error });
  });
  return { address, pid: child.pid, stop };
}

// The kernel ends it when the process that started it dies.
function spawnMoto(command) {
  const [file, ...args] = existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'TERM', ...command] : command;
  return spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

async function ready(child, address) {
  const limit = Date.now() + READY_LIMIT_MS;
  while (!(await answers(address))) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('it ended at once');
    if (Date.now() > limit) throw new Error(`no answer within ${READY_LIMIT_MS} ms`);
    await delay(50);
  }
}

const answers = (address) => fetch(`${address}/moto-api/`, { signal: AbortSignal.timeout(5_000) }).then((answer) => answer.ok, () => false);

/** It writes a line for every request: the last 2,000 characters are enough to say why it died. */
function lastWords(child) {
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (part) => (text = (text + part).slice(-2_000)));
  return () => text.trim();
}

/** The program, installed if need be. */
async function motoServer() {
  const program = join(home, 'bin', 'moto_server');
  if (existsSync(program)) return program;
  mkdirSync(dirname(home), { recursive: true });
  // An environment knows its own path and cannot be renamed, so it is made under another name and linked when it is whole:
  // two runs may install at the same time, and either may be killed.
  const work = mkdtempSync(`${home}-`);
  try {
    await run('python3', ['-m', 'venv', work], { timeout: 120_000 });
    await run(join(work, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', `moto[server]==${MOTO_VERSION}`], { timeout: 600_000 });
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    throw new Error(`moto ${MOTO_VERSION} cannot be installed (python3 with venv and pip is needed): ${(error.stderr || error.message).trim().split('\n').at(-1)}`, { cause: error });
  }
  linkUnlessThere(work);
  return program;
}

function linkUnlessThere(work) {
  try {
    symlinkSync(work, home);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    rmSync(work, { recursive: true, force: true });
  }
}
