// Servers for tests, named in the environment: PostgreSQL (TL_TEST_POSTGRES), Kafka (TL_TEST_KAFKA), and S3 and KMS of AWS
// (TL_TEST_AWS, an endpoint; not set where the machine has no Python).
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const VARIABLES = { postgres: 'TL_TEST_POSTGRES', kafka: 'TL_TEST_KAFKA', aws: 'TL_TEST_AWS' };
const keeperFile = fileURLToPath(new URL('keeper.mjs', import.meta.url));

/** Which servers these spec files need: the level is in the name, and a name with the word `kms` or `s3` needs AWS. */
export function serversFor(files) {
  const needs = (level) => files.some((file) => level.test(file));
  return [
    needs(/\.(int|kafka|e2e)\.spec\.ts$/) && 'postgres',
    needs(/\.(kafka|e2e)\.spec\.ts$/) && 'kafka',
    needs(/(^|[/-])(kms|s3)[^/]*\.int\.spec\.ts$/) && 'aws',
  ].filter(Boolean);
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
  for (const name of missing) if (addresses[name]) process.env[VARIABLES[name]] = addresses[name];
  return stop;
}

async function firstLine(keeper) {
  for await (const line of createInterface({ input: keeper.stdout })) return JSON.parse(line);
  return { error: 'the test servers ended before they were ready' };
}
