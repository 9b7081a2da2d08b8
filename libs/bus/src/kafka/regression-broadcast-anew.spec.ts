import type { Consumer, KafkaMessage } from 'kafkajs';
import { silent } from '../bus-log';
import type { Message } from '../bus.contract';
import { BroadcastConsumer } from './broadcast-consumer';
import type { KafkaParts } from './kafka-reader';

type Ends = { partition: number; low: string; high: string }[];

/** A reader without a broker: what it wants of what it is given, and when it takes itself for ready. */
class Reader extends BroadcastConsumer {
  constructor(ends: () => Ends) {
    const cluster = { admin: async () => ends() };
    super({ cluster, frames: undefined, log: silent, prefix: '', concurrency: 1 } as unknown as KafkaParts, { topic: 'outbound', handle: async () => undefined });
  }

  enter = () => this.prepare();
  done = (offset: number, publishedAt: number) => this.advance(undefined as unknown as Consumer, [{ partition: 0, offset: String(offset), publishedAt } as Message]);
  wants = (offset: number, time: number) => this.wanted(0, { offset: String(offset), timestamp: String(time) } as KafkaMessage);
}

// The places of the old topic were taken for those of the new one: what lay below them was never handed on.
describe('a broadcast whose topic was lost and made anew', () => {
  it('wants what the new one holds at places that were done on the old one, and what was done only once', async () => {
    const reader = new Reader(() => [{ partition: 0, low: '0', high: '5' }]);
    await reader.enter();
    for (let offset = 0; offset < 5; offset += 1) await reader.done(offset, 1000 + offset);
    expect([0, 4].map((offset) => reader.wants(offset, 1000 + offset))).toEqual([false, false]);
    expect([0, 4, 5].map((offset) => reader.wants(offset, 2000 + offset))).toEqual([true, true, true]);
    await reader.done(0, 2000);
    expect([reader.wants(0, 2000), reader.wants(1, 2001)]).toEqual([false, true]);
  });

  it('does not wait for an end that only the old one had', async () => {
    const ends: Ends = [{ partition: 0, low: '0', high: '5' }];
    const reader = new Reader(() => ends);
    await reader.enter();
    ends[0]!.high = '2';
    await reader.enter();
    await expect(reader.ready()).resolves.toBeUndefined();
  });
});
