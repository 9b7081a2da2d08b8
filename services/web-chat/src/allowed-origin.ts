import type { IncomingHttpHeaders } from 'node:http';

/**
 * True where a page of this origin may chat on the account: `settings.origins` lists it, or holds `*`.
 * A browser leaves Origin out of a GET to its own origin; then Referer says it.
 */
export function isAllowedOrigin(headers: IncomingHttpHeaders, settings: Record<string, unknown>): boolean {
  const allowed = Array.isArray(settings.origins) ? settings.origins : [];
  if (allowed.includes('*')) return true;
  const origin = headers.origin ?? (headers.referer ? URL.parse(headers.referer)?.origin : undefined);
  return origin !== undefined && allowed.includes(origin);
}
