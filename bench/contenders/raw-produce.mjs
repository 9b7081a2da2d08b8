// Peer: the fastest honest way onto a topic with kafkajs: 1,000 messages a send, four sends in flight, acks all. No HTTP, no
// check, no sealing. Keyed by the customer, as an order per customer wants it.
import { createRequire } from 'node:module';
import { CUSTOMERS, Interactions } from '../load/interactions.mjs';
import { answer } from '../stand/answer.mjs';

const { Kafka, logLevel } = createRequire(import.meta.url)('kafkajs');
const { brokers, topic } = JSON.parse(process.argv[2]);

const PER_SEND = 1_000;
const IN_FLIGHT = 4;

const producer = new Kafka({ clientId: 'raw-produce', brokers, logLevel: logLevel.ERROR }).producer({ allowAutoTopicCreation: false });
await producer.connect();
const supply = new Interactions('raw');

const message = () => ({ key: String(supply.made % CUSTOMERS), value: supply.next() });

/** Sends for so many seconds. How many were acknowledged, and how many were ever made. */
async function run({ seconds }) {
  const end = performance.now() + seconds * 1000;
  let acknowledged = 0;
  const lane = async () => {
    while (performance.now() < end) {
      await producer.send({ topic, acks: -1, messages: Array.from({ length: PER_SEND }, message) });
      acknowledged += PER_SEND;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  return { accepted: acknowledged, made: supply.made };
}

answer({ run });
process.on('SIGTERM', () => void producer.disconnect().finally(() => process.exit()));
