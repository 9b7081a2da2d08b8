import { unavailable } from '@throughline/contracts';
import type { FastifyInstance } from 'fastify';
import { answerProblem } from './problem.filter';

/** A request that comes while the service ends is refused like any other: the framework's own 503 would not say when to come again. */
export function refuseWhenClosing(fastify: FastifyInstance): void {
  let closing = false;
  fastify.addHook('preClose', async () => {
    closing = true;
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    if (closing) answerProblem(reply.header('connection', 'close'), request, unavailable('closing', 'The service is closing.'));
    else done();
  });
}
