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

/** JavaScript reads 30 February as 2 March. Every month has 28 days. */
function dayExists(time: string): boolean {
  const day = time.slice(0, 10);
  if (day.slice(8) <= '28') return true;
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}
