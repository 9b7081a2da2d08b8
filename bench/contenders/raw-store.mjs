// Peer: from a topic into a plain table as fast as it is easily done: eachBatch, one INSERT .. SELECT unnest a batch, four
// partitions at a time. No dedupe, no sealing, no chain, no walls, no timeline.
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import pg from 'pg';
import { answer } from '../stand/answer.mjs';

const { Kafka, logLevel } = createRequire(import.meta.url)('kafkajs');
const { brokers, topic, url } = JSON.parse(process.argv[2]);

const PARTITIONS_AT_A_TIME = 4;

const pool = new pg.Pool({ connectionString: url, max: PARTITIONS_AT_A_TIME });
await pool.query('CREATE TABLE event (position bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, id uuid NOT NULL, received_at timestamptz NOT NULL DEFAULT now(), body jsonb NOT NULL)');

const insert = (messages) =>
  pool.query({
    name: 'insert',
    text: 'INSERT INTO event (id, body) SELECT * FROM unnest($1::uuid[], $2::jsonb[])',
    values: [messages.map(() => randomUUID()), messages.map(({ value }) => value.toString())],
  });

const consumer = new Kafka({ clientId: 'raw-store', brokers, logLevel: logLevel.ERROR }).consumer({ groupId: topic, allowAutoTopicCreation: false });
const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
await consumer.connect();
await consumer.subscribe({ topics: [topic], fromBeginning: true });
await consumer.run({ partitionsConsumedConcurrently: PARTITIONS_AT_A_TIME, eachBatch: ({ batch }) => insert(batch.messages) });
await joined;

answer({});
process.on('SIGTERM', () => void consumer.disconnect().finally(() => process.exit()));
