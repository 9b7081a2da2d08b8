// The side of a contender: a process of its own that answers what the bench asks over the IPC channel.

/** @param handlers by name, each given what was asked with; `cpu` (µs this process has used) is there already */
export function answer(handlers, ready = {}) {
  const all = { cpu: () => Object.values(process.cpuUsage()).reduce((sum, part) => sum + part), ...handlers };
  process.on('message', async ({ id, what, given }) => {
    try {
      process.send({ id, answer: await all[what](given) });
    } catch (error) {
      process.send({ id, error: error.stack });
    }
  });
  // The bench has died: so does this.
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  // An orderly end, so that a CPU profile is written; the product brings its own.
  if (process.listenerCount('SIGTERM') === 0) process.on('SIGTERM', () => process.exit());
  process.send({ id: 'ready', answer: ready });
}
