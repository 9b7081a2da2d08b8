import { context, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Message } from './bus.contract';

/**
 * Runs `act` in the W3C trace context (header `traceparent`) of the batch, where all its messages share one; a batch of
 * several traces belongs to none of them.
 */
export function inTraceOf<T>(batch: readonly Message[], act: () => T): T {
  const parent = batch[0]?.headers.traceparent;
  if (!parent || batch.some((message) => message.headers.traceparent !== parent)) return act();
  return context.with(propagation.extract(ROOT_CONTEXT, batch[0]!.headers), act);
}
