// Peer: the usual service in front of Kafka: Fastify checks the form, one send a request, 202 when all replicas have it.
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import fastify from 'fastify';
import { answer } from '../stand/answer.mjs';
import { posted } from './posted.schema.mjs';

const { Kafka, logLevel } = createRequire(import.meta.url)('kafkajs');
const { brokers, topic } = JSON.parse(process.argv[2]);

const producer = new Kafka({ clientId: 'each-message-door', brokers, logLevel: logLevel.ERROR }).producer({ allowAutoTopicCreation: false });
await producer.connect();

const app = fastify();
app.post('/v1/interactions', { schema: { body: posted } }, async ({ body }, reply) => {
  const id = randomUUID();
  await producer.send({ topic, acks: -1, messages: [{ key: body.identities[0].value, value: JSON.stringify({ ...body, interactionId: id }) }] });
  return reply.code(202).send({ interactionId: id });
});
answer({}, { url: await app.listen({ host: '127.0.0.1', port: 0 }) });
process.on('SIGTERM', () => void producer.disconnect().finally(() => process.exit()));
