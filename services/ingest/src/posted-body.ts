import { malformed, rejected, ThroughlineError } from '@throughline/contracts';
import { hasUnsafeNames } from '@throughline/platform';
import { CLOUD_EVENT, CLOUD_EVENT_BATCH, fromCloudEvent, type Posted } from './cloud-event';

/** Items in one batch at most. */
export const MAX_ITEMS = 1000;

const typeOf = (contentType: string | undefined) => (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase();

/** The one item of a body: an interaction, or a CloudEvent around it. Throws 400, and 415 for a batch. */
export function singleOf(body: unknown, contentType: string | undefined): Posted {
  const type = typeOf(contentType);
  if (type === CLOUD_EVENT_BATCH) throw rejected('media-type', 'Post batches to /v1/interactions/batch.', { status: 415 });
  return type === CLOUD_EVENT ? fromCloudEvent(body) : { item: body, under: '' };
}

/** A body with its media type, and whether some item has names that none may have. */
export interface PostedBatchBody {
  body?: unknown;
  contentType: string | undefined;
  unsafeNames?: boolean;
}

/** The items of a batch in its order, or why an item is none. Throws 400 where the body is no batch, 413 where it is too long. */
export function itemsOf({ body, contentType, unsafeNames }: PostedBatchBody): (Posted | ThroughlineError)[] {
  const type = typeOf(contentType);
  if (type === CLOUD_EVENT) throw rejected('media-type', `Send application/json or ${CLOUD_EVENT_BATCH}.`, { status: 415 });
  const events = type === CLOUD_EVENT_BATCH;
  const list = events ? body : (body as { interactions?: unknown } | null | undefined)?.interactions;
  const pointer = events ? '' : '/interactions';
  if (!Array.isArray(list)) throw malformed('The body is no batch.', [{ pointer, code: 'isArray', detail: 'Must be a list.' }]);
  if (list.length > MAX_ITEMS) throw tooLong(pointer);
  return list.map((item) => (unsafeNames && hasUnsafeNames(item) ? unsafe() : events ? eventOf(item) : { item, under: '' }));
}

function eventOf(item: unknown): Posted | ThroughlineError {
  try {
    return fromCloudEvent(item);
  } catch (error) {
    if (error instanceof ThroughlineError) return error;
    throw error;
  }
}

const unsafe = () => malformed('The interaction has a name that no object may have.', [{ pointer: '', code: 'name', detail: 'No `__proto__`, and no `prototype` of a `constructor`.' }]);

function tooLong(pointer: string): ThroughlineError {
  const errors = [{ pointer, code: 'arrayMaxSize', detail: `Must have at most ${MAX_ITEMS} items.` }];
  return rejected('too-large', `A batch has at most ${MAX_ITEMS} interactions.`, { status: 413, errors });
}
