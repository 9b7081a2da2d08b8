/** Nearest rank: the smallest value that so large a share of all does not exceed. @param share 0.5, 0.99 */
export function percentile(values, share) {
  if (values.length === 0) throw new Error('no percentile of nothing');
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

/** The middle value, or the mean of the middle two. */
export function median(values) {
  if (values.length === 0) throw new Error('no median of nothing');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle) - 1]) / 2;
}
