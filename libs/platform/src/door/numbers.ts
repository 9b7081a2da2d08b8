/** True where every number in a JSON value can be written again: JSON may say 1e999, which is read as Infinity. */
export function allFinite(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(allFinite);
}
