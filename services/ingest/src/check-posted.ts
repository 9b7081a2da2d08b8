import { malformed, type FieldError } from '@throughline/contracts';
import { compileDto } from '@throughline/platform';
import { checkData } from './known-types';
import { PostedInteraction } from './posted-interaction';

const checkForm = compileDto(PostedInteraction);

/** The item as a posted interaction. Throws 400 with a pointer for each field that will not do. @param under where the item stands in the body */
export function checkPosted(item: unknown, under: string): PostedInteraction {
  const errors = formErrors(item);
  if (errors.length === 0) return item as PostedInteraction;
  throw malformed('The interaction does not have the promised form.', errors.map((error) => ({ ...error, pointer: under + error.pointer })));
}

function formErrors(item: unknown): FieldError[] {
  const errors = checkForm(item);
  if (errors.length > 0) return errors;
  const { type, data, occurredAt } = item as PostedInteraction;
  if (!dayExists(occurredAt)) return [{ pointer: '/occurredAt', code: 'matches', detail: 'There is no such day.' }];
  return data ? checkData(type, data).map((error) => ({ ...error, pointer: `/data${error.pointer}` })) : [];
}

/** JavaScript reads 30 February as 2 March. Every month has 28 days. The calendar repeats every 400 years, and years below 100 are not what `Date.UTC` takes them for. */
function dayExists(time: string): boolean {
  const day = Number(time.slice(8, 10));
  return day <= 28 || day <= new Date(Date.UTC(Number(time.slice(0, 4)) + 400, Number(time.slice(5, 7)), 0)).getUTCDate();
}
