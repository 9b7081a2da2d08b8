// Waiting for the product.
import { setTimeout as wait } from 'node:timers/promises';

export const isReady = (url) => fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5_000) }).then((answer) => answer.ok, () => false);

/** Resolves when `condition` holds; throws after `limitMs`. */
export async function until(condition, limitMs, what) {
  for (const end = Date.now() + limitMs; Date.now() < end; await wait(50)) if (await condition()) return;
  throw new Error(`${what}: not within ${limitMs / 1000} s`);
}
