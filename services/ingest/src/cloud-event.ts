import { malformed, type FieldError } from '@throughline/contracts';

export const CLOUD_EVENT = 'application/cloudevents+json';
export const CLOUD_EVENT_BATCH = 'application/cloudevents-batch+json';

/** A posted item and where it stood in the body, for pointers. */
export interface Posted {
  item: unknown;
  under: string;
}

/**
 * The interaction inside a CloudEvent 1.0 (structured mode): its `data`, with the event's id, source, type and time where
 * the data has no id, account, type or occurredAt. Throws 400 where it is no CloudEvent.
 */
export function fromCloudEvent(event: unknown): Posted {
  const errors = faults(event);
  if (errors.length > 0) throw malformed('Not a CloudEvent 1.0 in structured mode.', errors);
  const { id, source, type, time, data } = event as Record<string, unknown>;
  return { item: { id, account: source, type, ...(time !== undefined && { occurredAt: time }), ...(data as object) }, under: '/data' };
}

function faults(event: unknown): FieldError[] {
  if (!isObject(event)) return [{ pointer: '', code: 'isObject', detail: 'Must be an object.' }];
  const missing = ['id', 'source', 'type'].filter((name) => typeof event[name] !== 'string' || event[name] === '');
  return [
    ...(event.specversion === '1.0' ? [] : [{ pointer: '/specversion', code: 'isIn', detail: 'Must be 1.0.' }]),
    ...missing.map((name) => ({ pointer: `/${name}`, code: 'isString', detail: 'Must be a text.' })),
    ...(isObject(event.data) ? [] : [{ pointer: '/data', code: 'isObject', detail: 'Must be an object.' }]),
  ];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
