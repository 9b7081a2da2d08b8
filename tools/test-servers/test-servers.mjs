// PostgreSQL and Kafka for tests, in the environment as TL_TEST_POSTGRES and TL_TEST_KAFKA.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const VARIABLES = { postgres: 'TL_TEST_POSTGRES', kafka: 'TL_TEST_KAFKA' };
const keeperFile = fileURLToPath(new URL('keeper.mjs', import.meta.url));

/** Which servers these spec files need: the level is in the name. */
export function serversFor(files) {
  const needs = (level) => files.some((file) => level.test(file));
  return [needs(/\.(int|kafka|e2e)\.spec\.ts$/) && 'postgres', needs(/\.(kafka|e2e)\.spec\.ts$/) && 'kafka'].filter(Boolean);
}

/** Starts what the environment does not name yet, and names it. The answer ends what was started. */
export async function startTestServers(names) {
  const missing = names.filter((name) => !process.env[VARIABLES[name]]);
  if (missing.length === 0) return async () => {};
  const keeper = spawn(process.execPath, [keeperFile, ...missing], { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  const exited = new Promise((resolve) => keeper.once('exit', resolve));
  const stop = async () => {
    keeper.stdin.end();
    await exited;
  };
  const addresses = await firstLine(keeper);
  if (addresses.error) {
    await stop();
    throw new Error(addresses.error);
  }
  for (const name of missing) process.env[VARIABLES[name]] = addresses[name];
  return stop;
}

async function firstLine(keeper) {
  for await (const line of createInterface({ input: keeper.stdout })) return JSON.parse(line);
  return { error: 'the test servers ended before they were ready' };
}
