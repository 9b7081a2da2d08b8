// Peer for the CPU of a request: Fastify checks the form and answers. It writes nothing.
import { randomUUID } from 'node:crypto';
import fastify from 'fastify';
import { answer } from '../stand/answer.mjs';
import { posted, postedBatch } from './posted.schema.mjs';

const app = fastify({ bodyLimit: 4 * 1024 * 1024 });
app.post('/v1/interactions', { schema: { body: posted } }, async (_request, reply) => reply.code(202).send({ interactionId: randomUUID() }));
app.post('/v1/interactions/batch', { schema: { body: postedBatch } }, async (request) => ({
  items: request.body.interactions.map((_, index) => ({ index, status: 'accepted', interactionId: randomUUID() })),
}));
answer({}, { url: await app.listen({ host: '127.0.0.1', port: 0 }) });
