import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';
import type { FieldError } from '@throughline/contracts';
import { hasMoreParts } from '../door/depth';
import { dtoSchema, type Dto, type Schema, type Told } from './dto-schema';

/** What is wrong with a value, as JSON pointers; empty where nothing is. */
export type Check = (value: unknown) => FieldError[];

const MAX_ERRORS = 50;
/**
 * Of a larger value the first error alone is told. To find all of them makes an object each: those of 4 MiB full of empty objects took 1.2 s, in which the
 * process did nothing else, and 500 MB (`regression-many-errors.spec.ts`). An honest interaction has a dozen or two.
 */
const MAX_PARTS = 250;

// `told` is ours; types stand beside `nullable`, `pattern` without `type` and so on, which is what strict mode warns of.
const told = (allErrors: boolean) => new Ajv({ allErrors, verbose: true, strict: false }).addKeyword('told');
const [ofFirst, ofAll] = [told(false), told(true)];

/** Compiles a class-validator class once into a check that is nine times as fast: for the hot doors. The codes are the same constraint names. */
export const compileDto = (dto: Dto): Check => compileSchema(dtoSchema(dto));

/** The same for a plain JSON schema. */
export function compileSchema(schema: Schema): Check {
  const firstOf = ofFirst.compile(schema);
  return (value) => {
    if (firstOf(value)) return [];
    const first = errorsOf(firstOf);
    if (hasMoreParts(value, MAX_PARTS)) return first;
    // ajv remembers what it has compiled: once, and only where something is wrong.
    const allOf = ofAll.compile(schema);
    allOf(value);
    return errorsOf(allOf);
  };
}

/** What it found in its last value. Takes it from it, since ajv's errors hold what was posted. */
function errorsOf(validate: ValidateFunction): FieldError[] {
  const errors = (validate.errors ?? []).slice(0, MAX_ERRORS).map(fieldError);
  validate.errors = null;
  return errors;
}

function fieldError(error: ErrorObject): FieldError {
  const { instancePath, keyword, params } = error;
  const told = (error.parentSchema as Schema | undefined)?.told?.[keyword] ?? plainly(error);
  const field = (params.missingProperty ?? params.additionalProperty) as string | undefined;
  return { pointer: field === undefined ? instancePath : `${instancePath}/${escape(field)}`, ...told };
}

/** ajv's own message names what the schema wants, never the value. */
const plainly = ({ keyword, message }: ErrorObject): Told => ({ code: keyword, detail: message ?? 'Does not have the promised form.' });

const escape = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');
