import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { ThroughlineError } from '@throughline/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isExpected, toProblem } from './problem';

/** Answers every error of an HTTP route as `application/problem+json`; what we did not expect is logged with the request id. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly log = new Logger('http');

  catch(error: unknown, host: ArgumentsHost): void {
    // Bus handlers and sockets know what to do with an error themselves.
    if (host.getType() !== 'http') throw error;
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    this.report(error, request.id);
    // An answer that is under way (a stream) can only be cut off.
    if (reply.raw.headersSent) return void reply.raw.destroy();
    answerProblem(reply, request, error);
  }

  /** What the caller did is his to know; what we lean on and our own faults are ours. */
  private report(error: unknown, requestId: string): void {
    if (!isExpected(error)) this.log.error({ err: error, requestId }, 'request failed');
    else if (error instanceof ThroughlineError && error.kind === 'unavailable') this.log.warn({ err: error, requestId }, 'request refused for now');
  }
}

/** Answers with the problem an error is. */
export function answerProblem(reply: FastifyReply, request: FastifyRequest, error: unknown): void {
  const problem = toProblem(error, request.id);
  reply.header('x-request-id', request.id);
  if (error instanceof ThroughlineError && error.retryAfterMs !== undefined) {
    reply.header('retry-after', String(Math.max(1, Math.ceil(error.retryAfterMs / 1000))));
  }
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="throughline"');
  // Serialised here, so that no schema of the route's answer applies.
  void reply.status(problem.status).header('content-type', 'application/problem+json; charset=utf-8').send(JSON.stringify(problem));
}
