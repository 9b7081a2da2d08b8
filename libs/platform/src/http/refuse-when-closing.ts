import { unavailable } from '@throughline/contracts';
import type { FastifyInstance } from 'fastify';
import { answerProblem } from './problem.filter';

const IDLE_MS = 100;
/** What is still being answered has this long; then it is cut, since an end that waits for ever is none. */
const GRACE_MS = 10_000;

/** A request that comes while the service ends is refused like any other: the framework's own 503 would not say when to come again. */
export function refuseWhenClosing(fastify: FastifyInstance): void {
  let closing = false;
  const timers: NodeJS.Timeout[] = [];
  fastify.addHook('preClose', async () => {
    closing = true;
    // What becomes idle only now would hold the end for its keep-alive time, 72 s.
    timers.push(setInterval(() => fastify.server.closeIdleConnections(), IDLE_MS), setTimeout(() => fastify.server.closeAllConnections(), GRACE_MS));
  });
  fastify.server.on('close', () => timers.forEach((timer) => clearTimeout(timer)));
  fastify.addHook('onRequest', (request, reply, done) => {
    if (closing) answerProblem(reply.header('connection', 'close'), request, unavailable('closing', 'The service is closing.'));
    else done();
  });
}
