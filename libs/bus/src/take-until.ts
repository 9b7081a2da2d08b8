/**
 * Takes from the front of a queue, in its order, what goes into one batch; one item at least.
 * @param tooMuch asked of each item in turn, from the first: true where the batch with it would be too large
 */
export function takeUntil<T>(queue: T[], tooMuch: (item: T) => boolean): T[] {
  const end = queue.findIndex(tooMuch);
  return queue.splice(0, end === -1 ? queue.length : Math.max(end, 1));
}
