import { types } from 'node:util';
import { ThroughlineError, unavailable } from '@throughline/contracts';

/** SQLSTATE classes and codes after which the session or the server is of no use: connection (08), resources (53), shutdown (57P), ended by a time-out (25P03, 25P04, 57P05). */
const STATES = /^(08...|53...|57P0[1235]|25P0[34])$/;
const SOCKET = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
/** pg raises these without a code (pg 8.23: client.js, pg-pool 3: index.js). */
const MESSAGES = /Connection terminated|connection error and is not queryable|Client was closed|timeout exceeded when trying to connect|Query read timeout|pool after calling end/;

interface Failure {
  code?: string;
  message?: string;
  /** Several addresses of one host tried in vain come as one error. */
  errors?: Failure[];
}

const isGone = ({ code = '', message = '', errors = [] }: Failure): boolean =>
  STATES.test(code) || SOCKET.has(code) || MESSAGES.test(message) || errors.some(isGone);

/** An error as the rest of the product knows it: `unavailable` where the server is gone, else the error as it is. */
export function serverError(error: unknown): unknown {
  if (error instanceof ThroughlineError || !types.isNativeError(error)) return error;
  return isGone(error as Failure) ? unavailable('database-unavailable', 'the database does not answer', error) : error;
}
