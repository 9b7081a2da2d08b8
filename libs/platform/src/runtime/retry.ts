import { setTimeout as wait } from 'node:timers/promises';
import { ThroughlineError } from '@throughline/contracts';

const FIRST_MS = 200;
const LONGEST_MS = 5_000;

export interface RetryOptions {
  /** Told of every failure, with the ms until the next try. */
  onFailure: (error: Error, nextInMs: number) => void;
  signal: AbortSignal;
}

/** Tries until it works, with a growing delay, as long as the failure is `unavailable`; other errors pass through. */
export async function untilAvailable<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let delay = FIRST_MS; ; delay = Math.min(delay * 2, LONGEST_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      options.onFailure(error, delay);
      await wait(delay, undefined, { signal: options.signal });
    }
  }
}

/** What a server that starts, stops or is not there yet says: our own error, or the socket's. */
function isUnavailable(error: unknown): error is Error {
  if (error instanceof ThroughlineError) return error.kind === 'unavailable';
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && NOT_THERE.has(code);
}

/** Socket errors, and PostgreSQL's class 57P (shutting down, starting up). */
const NOT_THERE = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EPIPE', '57P01', '57P02', '57P03']);
