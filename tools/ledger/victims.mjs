// What is killed and how it comes back: the services under `npm run up` (their supervisor restarts them), or the one embedded process.
import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { silentServices } from './probes.mjs';

const READY_LIMIT_MS = 120_000;
const isReady = (url) => fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) }).then((answer) => answer.ok, () => false);

async function untilReady(url) {
  for (const end = Date.now() + READY_LIMIT_MS; Date.now() < end; await wait(50)) if (await isReady(url)) return;
  throw new Error(`${url} did not become ready again within ${READY_LIMIT_MS / 1000} s`);
}

/** Services of `npm run up`, in turn, so that each is met. */
export async function distributedVictims(demo) {
  const { readState } = await import('../up/state.mjs');
  const names = () => Object.keys(readState().processes).filter((name) => readState().processes[name].starts !== undefined && name !== 'router');
  let turn = 0;
  return {
    async killOne() {
      const all = names();
      const name = all[turn++ % all.length];
      const { pid, url } = readState().processes[name];
      const addresses = Object.fromEntries(all.map((other) => [other, readState().processes[other].url]));
      process.kill(pid, 'SIGKILL');
      const started = Date.now();
      const silent = await silentServices(demo, addresses, name);
      await untilReady(url);
      return { name, downMs: Date.now() - started, silent };
    },
    async close() {},
  };
}

/** The embedded process, started here and started again after each kill. */
export async function embeddedVictim(env, url) {
  let child;
  const start = async () => {
    child = spawn(process.execPath, ['tools/start.mjs'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    await untilReady(url);
  };
  await start();
  return {
    async killOne() {
      const started = Date.now();
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
      await start();
      return { name: 'standalone', downMs: Date.now() - started, silent: [] };
    },
    async close() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    },
  };
}
