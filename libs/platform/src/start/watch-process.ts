import { ThroughlineError } from '@throughline/contracts';
import type { Logger } from 'pino';

const PATIENCE_MS = 10_000;

export interface ProcessWatch {
  /** Says why the service could not start and ends the process. */
  failed(error: unknown): never;
}

/** Ends the process as operators expect: SIGTERM and SIGINT close it within 10 s, the second one at once; a surprise is logged and ends it. */
export function watchProcess(log: Logger, close: () => Promise<void>): ProcessWatch {
  let ending = false;
  const end = (signal: NodeJS.Signals) => {
    if (ending) process.exit(1);
    ending = true;
    log.info({ signal }, 'closing');
    closeInTime(log, close);
  };
  process.on('SIGTERM', end).on('SIGINT', end);
  process.on('unhandledRejection', (error) => crash(log, error, 'unhandled rejection'));
  process.on('uncaughtException', (error) => crash(log, error, 'uncaught exception'));
  return { failed: (error) => (ending ? process.exit(0) : failed(log, error)) };
}

function closeInTime(log: Logger, close: () => Promise<void>): void {
  setTimeout(() => crash(log, new Error('not everything closed within 10 s'), 'closing took too long'), PATIENCE_MS).unref();
  close().then(
    () => process.exit(0),
    (error: unknown) => crash(log, error, 'closing failed'),
  );
}

function failed(log: Logger, error: unknown): never {
  if (error instanceof ThroughlineError && error.slug === 'configuration') {
    log.fatal(error.message);
    process.exit(1);
  }
  const { syscall, code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (syscall === 'listen') {
    log.fatal(`cannot listen on ${address}:${port} (${code}): end the program that does, or set PORT or SMTP_PORT`);
    process.exit(1);
  }
  return crash(log, error, 'the service could not start');
}

function crash(log: Logger, error: unknown, what: string): never {
  log.fatal({ err: error }, what);
  process.exit(1);
}
