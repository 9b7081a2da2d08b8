import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (text: string) => createHash('sha256').update(text, 'utf8').digest();

/**
 * True where both texts are the same, in a time that tells nothing of where they differ, nor of how long the secret one is.
 * An empty or missing side never fits: an account without a secret accepts nobody.
 */
export function equalConstantTime(expected: string | undefined, given: string | undefined): boolean {
  const same = timingSafeEqual(digest(expected ?? ''), digest(given ?? ''));
  return same && Boolean(expected) && Boolean(given);
}
