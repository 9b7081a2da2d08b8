// The side of a contender: a process of its own that answers what the bench asks over the IPC channel.

import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

// kafkajs 2.2.4 waits for times that are over; Node says so each time.
process.removeAllListeners('warning');

const session = new Session();
session.connect();

/** What every contender answers. `cpu`: µs this process has used; `rss`: bytes it holds. */
const COMMON = {
  cpu: () => Object.values(process.cpuUsage()).reduce((sum, part) => sum + part),
  rss: () => process.memoryUsage.rss(),
  startProfile: async () => {
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
  },
  keepProfile: async (file) => writeFileSync(file, JSON.stringify((await session.post('Profiler.stop')).profile)),
};

/** @param handlers by name, each given what was asked with */
export function answer(handlers, ready = {}) {
  const all = { ...COMMON, ...handlers };
  process.on('message', async ({ id, what, given }) => {
    try {
      process.send({ id, answer: await all[what](given) });
    } catch (error) {
      process.send({ id, error: error.stack });
    }
  });
  // The bench has died: so does this.
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.send({ id: 'ready', answer: ready });
}
