import { setTimeout as wait } from 'node:timers/promises';

const SHORTEST_PAUSE_MS = 10;
/** Pauses between questions, in their own length: what asks shares the machine with what is measured, and takes a twentieth at most. */
const PAUSE_PER_QUESTION = 19;
const STUCK_MS = 120_000;

/**
 * Asks how far it is until that is `goal`. Throws where it goes beyond, or nothing moves for two minutes.
 * @param ask resolves to a number that only grows
 */
export async function untilReached(ask, goal, what) {
  let [reached, moved] = [-1, performance.now()];
  for (;;) {
    const asked = performance.now();
    const now = await ask();
    if (now > goal) throw new Error(`${what}: ${now}, more than the ${goal} there may be`);
    if (now === goal) return;
    if (now > reached) [reached, moved] = [now, performance.now()];
    if (performance.now() - moved > STUCK_MS) throw new Error(`${what}: stuck at ${reached} of ${goal}`);
    await wait(Math.max(SHORTEST_PAUSE_MS, PAUSE_PER_QUESTION * (performance.now() - asked)));
  }
}

/** Asks until the answer is yes. Throws after the limit. */
export async function untilSo(ask, limitMs, otherwise) {
  for (const end = Date.now() + limitMs; !(await ask()); await wait(20)) if (Date.now() > end) throw new Error(otherwise);
}
