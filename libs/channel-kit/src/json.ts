import { malformed } from '@throughline/contracts';

/** A JSON object whose members are not known yet. */
export type JsonRecord = Record<string, unknown>;

/** Nothing a provider sends is nested deeper; what follows (canonical form, sealing) recurses. */
const MAX_DEPTH = 64;

/**
 * The JSON a body holds (RFC 8259: UTF-8).
 * @throws malformed where the bytes are no UTF-8, no JSON, or nested more than 64 deep
 */
export function parseJson(body: Buffer): unknown {
  const value = decode(body);
  if (deeperThan(value, MAX_DEPTH)) throw malformed('The JSON is nested too deep.', [{ pointer: '', code: 'depth', detail: `More than ${MAX_DEPTH} levels.` }]);
  return value;
}

function decode(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // The parser's own message repeats the input, so it goes no further.
    throw malformed('The body is not JSON in UTF-8.', [{ pointer: '', code: 'json', detail: 'Not JSON in UTF-8.' }]);
  }
}

function deeperThan(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return limit === 0 || Object.values(value).some((inner) => deeperThan(inner, limit - 1));
}

/** The value as an object, or an empty one where it is none. */
export const recordOf = (value: unknown): JsonRecord => (isRecord(value) ? value : {});
/** True for an object; a list and null are none. */
export const isRecord = (value: unknown): value is JsonRecord => typeof value === 'object' && value !== null && !Array.isArray(value);
/** The value as a list, or an empty one where it is none. */
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
/** The value as text that is not empty, or undefined. */
export const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
/** The record's own field of a name the input chose: `constructor` and the like are no fields. */
export const fieldOf = (record: JsonRecord, name: string): unknown => (Object.hasOwn(record, name) ? record[name] : undefined);
