import { hostname } from 'node:os';
import pino, { type DestinationStream, type Logger } from 'pino';

const SECRET = ['authorization', 'cookie', 'password', 'secret', 'token', 'apiKey', 'secrets'];

/** JSON lines on standard output. Nobody logs bodies, query strings or headers; what slips in by name is redacted all the same. */
export function openLog(service: string, level: string, out: DestinationStream = pino.destination(1)): Logger {
  return pino(
    {
      level,
      base: { service, pid: process.pid, host: hostname() },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
      serializers: { err: toldError },
    },
    out,
  );
}

/** Name, message and stack, and those of the cause: other fields of an error (a query, its parameters) may hold personal data. */
function toldError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  const code = (error as { code?: unknown }).code;
  return { name, message, stack, ...(typeof code === 'string' && { code }), ...(cause instanceof Error && { cause: toldError(cause) }) };
}
