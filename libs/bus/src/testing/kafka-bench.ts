import { randomUUID } from 'node:crypto';
import { TOPICS } from '@throughline/contracts';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import type { Bus } from '../bus.contract';
import { openKafkaBus, type KafkaBusOptions } from '../kafka/kafka-bus';
import type { BusBench } from './bench';
import { plainFrames } from './plain-frames';

export interface KafkaBench extends Omit<BusBench, 'parking'> {
  topicPrefix: string;
  another(more?: Partial<KafkaBusOptions>): Promise<Bus>;
  admin<T>(act: (admin: Admin) => Promise<T>): Promise<T>;
}

/** A bus on topics of its own, on the cluster that TL_TEST_KAFKA (`host:port`) names. */
export async function kafkaBench(): Promise<KafkaBench> {
  const brokers = [process.env.TL_TEST_KAFKA ?? ''];
  if (!brokers[0]) throw new Error('TL_TEST_KAFKA is not set: run the tests by npm test');
  const topicPrefix = `${randomUUID()}.`;
  const opened: Bus[] = [];
  const another = async (more: Partial<KafkaBusOptions> = {}) => {
    const bus = openKafkaBus({ brokers, frames: plainFrames, clientId: 'bus-spec', topicPrefix, maxPartitions: 2, ...more });
    opened.push(bus);
    return bus;
  };
  const admin = async <T>(act: (admin: Admin) => Promise<T>) => {
    const client = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
    await client.connect();
    return act(client).finally(() => client.disconnect());
  };
  const close = async () => {
    await Promise.all(opened.map((bus) => bus.close()));
    await admin((client) => client.deleteTopics({ topics: Object.keys(TOPICS).map((name) => topicPrefix + name) }));
  };
  return { bus: await another(), another, admin, close, topicPrefix };
}
