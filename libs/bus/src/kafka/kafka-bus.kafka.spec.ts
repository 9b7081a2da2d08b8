import { randomUUID } from 'node:crypto';
import { TOPICS } from '@throughline/contracts';
import { Kafka, logLevel } from 'kafkajs';
import type { Bus } from '../bus.contract';
import { busConformance } from '../testing';
import { openKafkaBus } from './kafka-bus';

function bench() {
  const brokers = [process.env.TL_TEST_KAFKA!];
  const topicPrefix = `${randomUUID()}.`;
  const opened: Bus[] = [];
  const another = async () => {
    const bus = openKafkaBus({ brokers, clientId: 'bus-spec', topicPrefix, maxPartitions: 2 });
    opened.push(bus);
    return bus;
  };
  const close = async () => {
    await Promise.all(opened.map((bus) => bus.close()));
    const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: Object.keys(TOPICS).map((name) => topicPrefix + name) });
    await admin.disconnect();
  };
  return { another, close };
}

busConformance('kafka', async () => {
  const { another, close } = bench();
  return { bus: await another(), another, close };
});
