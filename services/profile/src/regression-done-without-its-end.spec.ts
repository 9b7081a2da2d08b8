import { RebuildRuns, type RunRebuild } from './rebuild-runs';

const DONE = { phase: 'done', done: 1, of: 1, eventsPerSecond: 1, msLeft: 0 } as const;

// It was `done` from the last progress on, and had no end until its lease was given back.
it('a rebuild is done when it has ended, and not before', async () => {
  const released = Promise.withResolvers<void>();
  const run: RunRebuild = (onProgress) => {
    onProgress(DONE);
    return released.promise;
  };
  const runs = new RebuildRuns('profile', run, () => new Date(0), () => undefined);
  const { id, state } = await runs.start();
  expect(state).toBe('running');
  released.resolve();
  await runs.close();
  expect(runs.see(id)).toMatchObject({ state: 'done', phase: 'done', endedAt: '1970-01-01T00:00:00.000Z' });
});
