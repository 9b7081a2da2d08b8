/**
 * The same value with every lone surrogate replaced (U+FFFD): UTF-8 cannot carry one, and neither canonical JSON (RFC 8785)
 * nor protobuf takes it.
 */
export function wellFormed<T>(value: T): T {
  if (typeof value === 'string') return (value.isWellFormed() ? value : value.toWellFormed()) as T;
  if (Array.isArray(value)) return value.map(wellFormed) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [wellFormed(name), wellFormed(part)])) as T;
}
