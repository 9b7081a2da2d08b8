import type { FieldError } from '@throughline/contracts';

/** JSON may say numbers that JavaScript reads as others: 1e999 as Infinity, whole ones beyond 2^53 rounded. True where there is none in a JSON value. */
export const allExact = (value: unknown) => everyNumber(value, isExact);

/** True where every number can be written again. */
export const allFinite = (value: unknown) => everyNumber(value, Number.isFinite);

/** What is said of each whole number that may have been another one, as long as somebody asks for more. */
export function* rounded(value: unknown, pointer: string): Generator<FieldError> {
  if (typeof value === 'number' && !isExact(value)) yield { pointer, code: 'number-rounded', detail: 'A whole number beyond 2^53 may be kept as another one: send it as text.' };
  if (typeof value !== 'object' || value === null) return;
  for (const name in value) yield* rounded(value[name as keyof typeof value], `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
}

const isExact = (number: number) => Number.isSafeInteger(number) || (Number.isFinite(number) && !Number.isInteger(number));

function everyNumber(value: unknown, is: (number: number) => boolean): boolean {
  if (typeof value === 'number') return is(value);
  return typeof value !== 'object' || value === null || Object.values(value).every((part) => everyNumber(part, is));
}
