// Peer: the fastest durable door that is easy to write. Fastify checks the form; whatever waits goes into one
// INSERT .. SELECT unnest, two in flight; the answer comes after the commit. No sealing, no chain, no walls, no dedupe.
import { randomUUID } from 'node:crypto';
import fastify from 'fastify';
import pg from 'pg';
import { answer } from '../stand/answer.mjs';
import { posted, postedBatch } from './posted.schema.mjs';

const IN_FLIGHT = 2;
const MOST = 1000;
const { url } = JSON.parse(process.argv[2]);

const pool = new pg.Pool({ connectionString: url, max: IN_FLIGHT });
await pool.query('CREATE TABLE event (position bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, id uuid NOT NULL, received_at timestamptz NOT NULL DEFAULT now(), body jsonb NOT NULL)');

let waiting = [];
let inFlight = 0;

/** Resolves when the events are committed. */
function store(items) {
  const events = items.map((item) => ({ id: randomUUID(), body: JSON.stringify(item) }));
  return new Promise((resolve, reject) => {
    waiting.push({ events, resolve: () => resolve(events), reject });
    if (inFlight < IN_FLIGHT) void flush();
  });
}

async function flush() {
  inFlight += 1;
  // The callers of this turn of the event loop go together.
  await new Promise((resolve) => setImmediate(resolve));
  while (waiting.length > 0) {
    const calls = take();
    const events = calls.flatMap((call) => call.events);
    await insert(events).then(() => calls.forEach((call) => call.resolve()), (error) => calls.forEach((call) => call.reject(error)));
  }
  inFlight -= 1;
}

function take() {
  let count = 0;
  const end = waiting.findIndex(({ events }) => (count += events.length) > MOST);
  return waiting.splice(0, end === -1 ? waiting.length : Math.max(end, 1));
}

const insert = (events) =>
  pool.query({
    name: 'insert',
    text: 'INSERT INTO event (id, body) SELECT * FROM unnest($1::uuid[], $2::jsonb[])',
    values: [events.map(({ id }) => id), events.map(({ body }) => body)],
  });

const app = fastify({ bodyLimit: 4 * 1024 * 1024 });
app.post('/v1/interactions', { schema: { body: posted } }, async (request, reply) => {
  const [{ id }] = await store([request.body]);
  return reply.code(202).send({ interactionId: id });
});
app.post('/v1/interactions/batch', { schema: { body: postedBatch } }, async (request) => {
  const events = await store(request.body.interactions);
  return { items: events.map(({ id }, index) => ({ index, status: 'accepted', interactionId: id })) };
});
answer({}, { url: await app.listen({ host: '127.0.0.1', port: 0 }) });
