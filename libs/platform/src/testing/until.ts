import { setTimeout as wait } from 'node:timers/promises';

const PATIENCE_MS = 30_000;

/** Waits until a condition holds, asking every few ms; fails after 30 s. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('the awaited condition did not come true within 30 s');
    await wait(5);
  }
}
