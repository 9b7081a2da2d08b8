import { ThroughlineError } from '@throughline/contracts';
import type { BatchHandler, GroupOptions, Message } from './bus.contract';
import { inTraceOf } from './trace';

export interface Work {
  handle: BatchHandler;
  /** Without it nothing is set aside: `rejected` is a failure like any other. */
  onRejected?: GroupOptions['onRejected'];
}

/** What came of a batch: so many messages at its front are done; the next one failed with `error`, if there is one. */
export interface Outcome {
  done: number;
  error?: Error;
}

/**
 * One try at a batch, as BatchHandler promises it: the whole batch; where that fails, message by message, so that what
 * is rejected is set aside alone and the first other failure stops the try. Never throws.
 */
export async function work(batch: readonly Message[], job: Work): Promise<Outcome> {
  const error = refusalIn(batch) ?? (await failureOf(() => inTraceOf(batch, () => job.handle(batch))));
  if (!error) return { done: batch.length };
  if (batch.length === 1) return settle(batch[0]!, error, job);
  for (const [index, message] of batch.entries()) {
    const { error: failure } = await work([message], job);
    if (failure) return { done: index, error: failure };
  }
  return { done: batch.length };
}

/** What will never open reaches no handler. */
const refusalIn = (batch: readonly Message[]) => batch.find(({ refusal }) => refusal)?.refusal;

/** A rejected message is done once it is set aside; any other failure stays one. */
async function settle(message: Message, error: Error, { onRejected }: Work): Promise<Outcome> {
  if (!onRejected || !isRejected(error)) return { done: 0, error };
  const failure = await failureOf(() => onRejected(message, error));
  return failure ? { done: 0, error: failure } : { done: 1 };
}

const isRejected = (error: Error) => error instanceof ThroughlineError && error.kind === 'rejected';

async function failureOf(act: () => Promise<void>): Promise<Error | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error('something that is no Error was thrown', { cause: error });
  }
}
