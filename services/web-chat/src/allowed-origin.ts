/**
 * True where a page of this origin may chat on the account: `settings.origins` lists it (`https://shop.example`;
 * `http://localhost:*` for every port), or holds `*`. A request without Origin comes from no page of another origin:
 * browsers send it with every WebSocket and every cross-origin request (Fetch, section 3.2), and other programs write what they like.
 */
export function isAllowedOrigin(origin: string | undefined, settings: Record<string, unknown>): boolean {
  if (origin === undefined) return true;
  const allowed = Array.isArray(settings.origins) ? settings.origins : [];
  return ['*', origin, anyPort(origin)].some((entry) => allowed.includes(entry));
}

function anyPort(origin: string): string {
  const url = URL.parse(origin);
  return url ? `${url.protocol}//${url.hostname}:*` : origin;
}
