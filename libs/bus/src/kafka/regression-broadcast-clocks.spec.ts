import type { ConsumerRunConfig, EachBatchPayload, KafkaMessage } from 'kafkajs';
import { silent } from '../bus-log';
import { texts } from '../testing/bench';
import { Inbox } from '../testing/inbox';
import { plainFrames } from '../testing/plain-frames';
import { Frames } from '../frames/frames';
import { BroadcastConsumer } from './broadcast-consumer';
import type { Cluster } from './cluster';

/** What a broadcast gives kafkajs to call with every batch, without a broker. */
async function subscribed(inbox: Inbox) {
  const running = Promise.withResolvers<Required<ConsumerRunConfig>['eachBatch']>();
  const consumer = {
    ...{ events: {}, on: () => undefined, connect: async () => undefined, subscribe: async () => undefined, pause: () => undefined, disconnect: async () => undefined },
    run: async ({ eachBatch }: ConsumerRunConfig) => running.resolve(eachBatch!),
  };
  const cluster = { admin: async () => [], client: () => ({ consumer: () => consumer }) } as unknown as Cluster;
  const parts = { cluster, frames: new Frames(plainFrames, true), sealer: plainFrames, log: silent, prefix: '', concurrency: 1 };
  const reader = new BroadcastConsumer(parts, { topic: 'outbound', handle: inbox.handle }).start();
  return { eachBatch: await running.promise, close: () => Promise.all([reader.close(), reader.ready()]) };
}

const batchOf = (messages: Pick<KafkaMessage, 'offset' | 'timestamp' | 'value'>[]) =>
  ({
    batch: { partition: 0, messages, lastOffset: () => messages.at(-1)!.offset },
    ...{ resolveOffset: () => undefined, heartbeat: async () => undefined, isRunning: () => true, isStale: () => false },
  }) as unknown as EachBatchPayload;

// The time of a batch's last message was taken for the greatest: all that a publisher with a faster clock had said came twice, and what followed it.
it('a broadcast whose consumer begins anew brings nothing twice, though publishers have different clocks', async () => {
  const inbox = new Inbox();
  const { eachBatch, close } = await subscribed(inbox);
  const batch = batchOf(texts(4).map((value, index) => ({ offset: String(index), timestamp: String(index === 1 ? 1_050 : 1_000), value: Buffer.from(value) })));
  await eachBatch(batch);
  await eachBatch(batch);
  await close();
  expect(inbox.texts).toEqual(texts(4));
});
