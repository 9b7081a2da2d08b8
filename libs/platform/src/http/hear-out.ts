import { finished } from 'node:stream/promises';
import type { FastifyInstance } from 'fastify';

/** How long who sends too much may go on. */
const PATIENCE_MS = 30_000;

/**
 * A body that is too large is refused when all of it was sent: who is cut off while he sends sees a broken connection, and a proxy in front a service
 * that is down, and both try again what will never pass.
 */
export function hearOut(fastify: FastifyInstance): void {
  fastify.addHook('onSend', async ({ raw }, reply) => {
    if (reply.statusCode !== 413 || raw.complete) return;
    await finished(raw.resume(), { signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => undefined);
  });
}
