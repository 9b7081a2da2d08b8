// Two profile processes share the partitions; one stands still for 30 s, longer than its session, so that the other is given all of
// them, and then the first goes on with what it had in hand: nothing of that may count twice or out of order.
import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { environmentOf, signal } from '../products/processes.mjs';
import { isReady, until } from '../products/ready.mjs';
import { freePorts } from '../kafka/broker.mjs';
import { firstNewEvent } from './recovery.mjs';

const READY_LIMIT_MS = 240_000;
const HOLD_MS = 30_000;

export default {
  name: 'zombie',
  modes: ['distributed'],
  needs: 'plain',
  drills: ({ product }) => [drill(product)],
};

function drill(product) {
  const state = {};
  return {
    name: 'profile, a second one beside it',
    begin: async () => {
      state.first = product.parts.profile.pid;
      Object.assign(state, await second(product, state.first));
      signal(state.first, 'SIGSTOP');
    },
    hold: async () => {
      const end = performance.now() + HOLD_MS;
      // Reading goes past the one that stands still.
      state.appliedMs = await firstNewEvent({ ...product.demo, publicUrl: state.url, postUrl: product.url }, `zombie-${Date.now()}`);
      await wait(Math.max(0, end - performance.now()));
    },
    end: async () => void signal(state.first, 'SIGCONT'),
    judge: async (row) => {
      row.note = `the second applied a new event, of any partition, ${state.appliedMs === undefined ? 'NEVER' : `${(state.appliedMs / 1000).toFixed(1)} s into it`}`;
      const gone = new Promise((resolve) => state.child.once('exit', resolve));
      state.child.kill('SIGTERM');
      await gone;
    },
  };
}

/** A second process like this one, on a port of its own. */
async function second({ home }, pid) {
  const [port] = await freePorts(1);
  const log = openSync(join(home, 'logs', 'profile-2.log'), 'a');
  const child = spawn(process.execPath, ['services/profile/dist/main.js'], { env: { ...environmentOf(pid), PORT: String(port) }, stdio: ['ignore', log, log] });
  // Its product may be gone before it is.
  process.once('exit', () => child.kill('SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  try {
    await until(() => isReady(url), READY_LIMIT_MS, 'the second profile did not become ready');
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return { child, url };
}
