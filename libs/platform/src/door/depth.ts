/** Levels of nesting an interaction may have: more is an attack on whoever reads it, not data. */
const MAX_DEPTH = 64;

/** True where a JSON value is nested too deep. Walks without recursion: the value may be deep enough to break the stack. */
export function tooDeep(value: unknown): boolean {
  let level: object[] = isNest(value) ? [value] : [];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return true;
    level = within(level);
  }
  return false;
}

function within(level: readonly object[]): object[] {
  const next: object[] = [];
  for (const nest of level) for (const part of Object.values(nest)) if (isNest(part)) next.push(part);
  return next;
}

/** True where a JSON value has more objects, lists and values in it, at all levels, than so many. Goes into no more than it must. */
export function hasMoreParts(value: unknown, limit: number): boolean {
  const nests = [value];
  for (let parts = 1; nests.length > 0; ) {
    const nest = nests.pop();
    if (!isNest(nest)) continue;
    const own: unknown[] = Array.isArray(nest) ? nest : Object.values(nest);
    parts += own.length;
    if (parts > limit) return true;
    nests.push(...own);
  }
  return false;
}

const isNest = (value: unknown): value is object => typeof value === 'object' && value !== null;
