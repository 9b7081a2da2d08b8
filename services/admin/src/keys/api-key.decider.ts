import type { FieldError } from '@throughline/contracts';

const PLAIN = ['ingest', 'read', 'work', 'send', 'privacy', 'admin'];
/** `ingest:<account>`, `vouch:<namespace>` and `vouch:*`. */
const NARROW = /^(ingest:[A-Za-z0-9][A-Za-z0-9._-]{0,99}|vouch:(\*|[a-z][a-z0-9-]*([.:][a-z0-9][a-z0-9-]*)*))$/;
const MAX_SCOPES = 100;

/** Everything a key can have: what the demo key has. */
export const ALL_SCOPES = [...PLAIN, 'vouch:*'];

/** What is wrong with these scopes; empty where nothing is. */
export function scopeErrors(scopes: readonly string[]): FieldError[] {
  if (scopes.length === 0 || scopes.length > MAX_SCOPES) {
    return [{ pointer: '/scopes', code: 'count', detail: `A key has 1 to ${MAX_SCOPES} scopes.` }];
  }
  return scopes.flatMap((scope, i) => (PLAIN.includes(scope) || NARROW.test(scope) ? [] : [unknownScope(i)]));
}

const unknownScope = (i: number): FieldError => ({
  pointer: `/scopes/${i}`,
  code: 'scope',
  detail: `One of ${PLAIN.join(', ')}, ingest:<account>, vouch:<namespace>, vouch:*.`,
});

/** A tenant must not lock itself out: true where no other key could make new ones. */
export const isLastAdmin = (keys: readonly { id: string; scopes: readonly string[] }[], id: string) =>
  !keys.some((key) => key.id !== id && key.scopes.includes('admin'));
