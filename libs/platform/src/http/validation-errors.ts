import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { malformed, type FieldError } from '@throughline/contracts';

const escape = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** class-validator's findings as JSON pointers; the code is the constraint's name. */
export function fieldErrors(errors: readonly ValidationError[], under = ''): FieldError[] {
  return errors.flatMap((error) => {
    const pointer = `${under}/${escape(error.property)}`;
    const own = Object.entries(error.constraints ?? {}).map(([code, detail]) => ({ pointer, code, detail }));
    return [...own, ...fieldErrors(error.children ?? [], pointer)];
  });
}

/** Checks bodies and queries against their DTO class: unknown fields are refused, bad ones answer 400 with their pointers. */
export const validationPipe = () =>
  new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    exceptionFactory: (errors) => malformed('The request does not have the promised form.', fieldErrors(errors)),
  });
