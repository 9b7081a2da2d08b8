import { ThroughlineError } from '@throughline/contracts';
import type { Message } from './bus.contract';

/** What the bus says of troubles it gets over by itself; a pino logger fits. Never gets a key, a header or a value. */
export interface BusLog {
  warn(fields: object, message: string): void;
}

export const silent: BusLog = { warn: () => undefined };

/** What becomes of a message of a broadcast that its handler rejected: all processes read it, so none of them sets it aside. */
export const passOver = (log: BusLog) => async ({ topic, partition, offset }: Message, error: Error) =>
  log.warn({ topic, partition, offset, ...faultOf(error) }, 'a message of a broadcast was passed over');

/** An error in words fit for a log: a stranger's message may quote the input, so only its kind and place are told. */
export function faultOf(error: unknown): object {
  if (error instanceof ThroughlineError) return { error: error.slug, reason: error.message };
  if (!(error instanceof Error)) return { error: typeof error };
  const place = error.stack?.split('\n').find((line) => line.startsWith('    at '))?.trim();
  return { error: error.name, code: (error as { code?: unknown }).code, place };
}
