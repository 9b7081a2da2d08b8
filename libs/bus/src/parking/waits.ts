const FIRST_MS = 1000;
const LONGEST_MS = 600_000;

export interface WaitOptions {
  firstTryMs?: number;
  longestWaitMs?: number;
  random?: () => number;
}

/** Ms until the next try after so many in vain (1 or more): doubling, and shortened by up to a half by chance. */
export function waitAfter(attempts: number, { firstTryMs = FIRST_MS, longestWaitMs = LONGEST_MS, random = Math.random }: WaitOptions): number {
  const full = Math.min(firstTryMs * 2 ** Math.min(attempts - 1, 30), longestWaitMs);
  return full * (1 - random() / 2);
}
