import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';

const QUIET = /^\/(health\/|metrics)/;

/** One line for every request: the route's pattern, never the address (it may name a customer), no headers, no body. */
export function logRequests(fastify: FastifyInstance, log: Logger): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
    const level = reply.statusCode >= 500 ? 'error' : QUIET.test(route) ? 'trace' : 'debug';
    log[level]({ requestId: request.id, method: request.method, route, status: reply.statusCode, durationMs: Math.round(reply.elapsedTime) }, 'request');
    done();
  });
}
