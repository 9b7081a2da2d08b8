import { types } from 'node:util';
import { HttpException } from '@nestjs/common';
import { malformed, ThroughlineError, type FieldError } from '@throughline/contracts';

/** RFC 9457 problem details, as every error of every service is answered. */
export interface Problem {
  /** `/problems/<slug>`, stable. */
  type: string;
  title: string;
  status: number;
  detail?: string;
  /** The request id. */
  instance?: string;
  errors?: FieldError[];
}

const KNOWN: Record<number, [slug: string, title: string]> = {
  400: ['malformed', 'Malformed request'],
  401: ['unauthorized', 'Not authorised'],
  403: ['forbidden', 'Not allowed'],
  404: ['not-found', 'Not found'],
  405: ['method-not-allowed', 'Method not allowed'],
  406: ['not-acceptable', 'Not acceptable'],
  408: ['timeout', 'Request timed out'],
  409: ['conflict', 'Conflict'],
  410: ['erased', 'Erased'],
  412: ['precondition-failed', 'Precondition failed'],
  413: ['too-large', 'Too large'],
  415: ['media-type', 'Media type not supported'],
  422: ['refused', 'Refused'],
  428: ['precondition-required', 'Precondition required'],
  429: ['rate-limited', 'Too many requests'],
  431: ['too-large', 'Too large'],
  503: ['unavailable', 'Unavailable'],
};

/** PostgreSQL's text and jsonb know no NUL (SQLSTATE 22021, 22P05): it came with the request. */
const isUnkeepable = (error: unknown) => error instanceof Error && ['22021', '22P05'].includes((error as { code?: string }).code ?? '');

/** Whoever sent it hung up before its body was whole: fastify gives this status to what fails while it reads one. */
const isCutShort = (error: unknown) => types.isNativeError(error) && 'code' in error && error.code === 'ECONNRESET' && 'statusCode' in error && error.statusCode === 400;

/** True for what the caller caused, or may try again: everything else is logged as our own error. */
export const isExpected = (error: unknown) =>
  error instanceof ThroughlineError || (error instanceof HttpException && error.getStatus() < 500) || isUnkeepable(error) || isCutShort(error);

/** What an error tells the caller. A surprise tells nothing but that it happened. */
export function toProblem(error: unknown, instance?: string): Problem {
  if (error instanceof ThroughlineError) return fromOurs(error, instance);
  if (isUnkeepable(error)) return fromOurs(malformedAs(UNKEEPABLE), instance);
  if (isCutShort(error)) return fromOurs(malformedAs(CUT_SHORT), instance);
  const status = error instanceof HttpException ? error.getStatus() : 500;
  const known = KNOWN[status];
  if (!known || !(error instanceof HttpException)) return { type: '/problems/internal', title: 'Internal error', status: 500, instance };
  const detail = status === 404 ? 'There is nothing at this address.' : error.message;
  return { type: `/problems/${known[0]}`, title: known[1], status, detail, instance, ...(status === 400 && { errors: [whole(detail)] }) };
}

function fromOurs(error: ThroughlineError, instance?: string): Problem {
  const problem: Problem = { type: `/problems/${error.slug}`, title: KNOWN[error.status]?.[1] ?? 'Refused', status: error.status, detail: error.message, instance };
  return error.errors.length > 0 ? { ...problem, errors: error.errors } : problem;
}

const whole = (detail: string): FieldError => ({ pointer: '', code: 'malformed', detail });

const UNKEEPABLE = 'A text holds a character that cannot be kept.';
const CUT_SHORT = 'The connection ended before the body did.';
const malformedAs = (detail: string) => malformed(detail, [whole(detail)]);
