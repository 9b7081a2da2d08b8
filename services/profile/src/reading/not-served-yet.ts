import { rejected } from '@throughline/contracts';

/** Refuses parameters that the API promises and this version does not serve. Throws 400 (`not-served-yet`) naming them. */
export function refuseUnserved(query: object, names: readonly string[]): void {
  const given = names.filter((name) => (query as Record<string, unknown>)[name] !== undefined);
  if (given.length === 0) return;
  const errors = given.map((name) => ({ pointer: `/${name}`, code: 'not-served-yet', detail: 'This version does not serve it yet.' }));
  throw rejected('not-served-yet', `Not served yet: ${given.join(', ')}.`, { status: 400, errors });
}
