// Peer: the usual consumer: eachMessage, one row an INSERT. Four partitions at a time (kafkajs' default is one).
import { createRequire } from 'node:module';
import pg from 'pg';
import { answer } from '../stand/answer.mjs';

const { Kafka, logLevel } = createRequire(import.meta.url)('kafkajs');
const { brokers, topic, url } = JSON.parse(process.argv[2]);

const PARTITIONS_AT_A_TIME = 4;

const pool = new pg.Pool({ connectionString: url, max: PARTITIONS_AT_A_TIME });
await pool.query('CREATE TABLE event (position bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, id uuid NOT NULL, received_at timestamptz NOT NULL DEFAULT now(), body jsonb NOT NULL)');

async function insert({ message }) {
  const body = message.value.toString();
  await pool.query({ name: 'insert', text: 'INSERT INTO event (id, body) VALUES ($1, $2)', values: [JSON.parse(body).interactionId, body] });
}

const consumer = new Kafka({ clientId: 'each-message-store', brokers, logLevel: logLevel.ERROR }).consumer({ groupId: topic, allowAutoTopicCreation: false });
const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
await consumer.connect();
await consumer.subscribe({ topics: [topic], fromBeginning: true });
await consumer.run({ partitionsConsumedConcurrently: PARTITIONS_AT_A_TIME, eachMessage: insert });
await joined;

answer({});
process.on('SIGTERM', () => void consumer.disconnect().finally(() => process.exit()));
