/** The last millisecond that RFC 3339 can write (year 9999). */
const END = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** RFC 3339 UTC with milliseconds of a provider's claim in Unix ms; of the fallback (the time of receipt) where the claim is no time since 1970. */
export function claimedTime(unixMs: number, fallback: Date): string {
  const believable = Number.isFinite(unixMs) && unixMs >= 0 && unixMs <= END;
  return (believable ? new Date(unixMs) : fallback).toISOString();
}
