import { setTimeout as pause } from 'node:timers/promises';

const EVERY_MS = 5;
const AT_MOST_MS = 3_000;

/**
 * Waits until this process' own copy of the configuration shows a change, so that whoever made it can use it with the next
 * request. After 3 s it goes on all the same: the change is durable, and the bus brings it as soon as it can.
 */
export async function untilVisible(shows: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + AT_MOST_MS;
  while (!(await shows()) && performance.now() < end) await pause(EVERY_MS);
}
