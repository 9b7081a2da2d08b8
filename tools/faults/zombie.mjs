// Two profile processes; the one that holds the partitions stands still for 30 s, the other takes them over, and then the first
// goes on in the middle of what it was doing: it must not write any more.
import { spawn } from 'node:child_process';
import { environmentOf, signal } from '../products/processes.mjs';
import { isReady, until } from '../products/ready.mjs';
import { freePorts } from '../kafka/broker.mjs';
import { firstNewEvent } from './recovery.mjs';

const READY_LIMIT_MS = 60_000;
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
      Object.assign(state, await second(state.first));
      signal(state.first, 'SIGSTOP');
    },
    hold: async () => {
      const until = performance.now() + HOLD_MS;
      // Reading goes past the one that stands still.
      state.takenOverMs = await firstNewEvent({ ...product.demo, publicUrl: state.url, postUrl: product.url }, `zombie-${Date.now()}`);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, until - performance.now())));
    },
    end: async () => void signal(state.first, 'SIGCONT'),
    judge: async (row) => {
      row.note = `the second took over after ${state.takenOverMs === undefined ? 'NEVER' : `${(state.takenOverMs / 1000).toFixed(1)} s`}`;
      const gone = new Promise((resolve) => state.child.once('exit', resolve));
      state.child.kill('SIGTERM');
      await gone;
    },
  };
}

/** A second process like this one, on a port of its own. */
async function second(pid) {
  const [port] = await freePorts(1);
  const child = spawn(process.execPath, ['services/profile/dist/main.js'], { env: { ...environmentOf(pid), PORT: String(port) }, stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  await until(() => isReady(url), READY_LIMIT_MS, 'the second profile did not become ready');
  return { child, url };
}
