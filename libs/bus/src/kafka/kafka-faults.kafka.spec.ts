// Faults of kafkajs 2.2.4, and of brokers, that the driver is built around.
import { connect, createServer, type AddressInfo } from 'node:net';
import { partitionOf } from '../partition';
import { groupOf, text, texts } from '../testing/bench';
import { Inbox } from '../testing/inbox';
import { kafkaBench, type KafkaBench } from '../testing/kafka-bench';

/** Nobody listens there (RFC 863). */
const NOWHERE = { brokers: ['127.0.0.1:9'] };
const AWAY = { kind: 'unavailable', slug: 'bus-unavailable' };

describe('the kafka bus, where its client or its broker fails', () => {
  let bench: KafkaBench;
  beforeEach(async () => {
    bench = await kafkaBench();
    await bench.bus.ensureTopics();
  });
  afterEach(() => bench.close());

  it('keeps the order of 300 concurrent publishes to one key', async () => {
    const inbox = new Inbox();
    await bench.bus.group(groupOf('order', inbox.handle));
    await Promise.all(texts(300).map((value) => bench.bus.publish('interactions', [text('k', value)])));
    await inbox.has('m299');
    expect(inbox.texts).toEqual(texts(300));
  });

  it('goes on at the start of the log where what follows the commit was deleted', async () => {
    const [first, second] = [new Inbox(), new Inbox()];
    const subscription = await bench.bus.group(groupOf('late', first.handle));
    // One by one, so that each is a record of its own.
    for (const value of texts(5)) await bench.bus.publish('interactions', [text('k', value)]);
    await first.has('m4');
    await subscription.close();
    for (const value of texts(10, 'n')) await bench.bus.publish('interactions', [text('k', value)]);
    const topic = `${bench.topicPrefix}interactions`;
    const { partition } = first.messages[0]!;
    await bench.admin(async (admin) => {
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: '12' }] });
    });
    await bench.bus.group(groupOf('late', second.handle));
    await second.has('n9');
    expect(second.texts).toEqual(['n7', 'n8', 'n9']);
  });

  it('lets a failing partition rest for a growing while, and the others go on', async () => {
    const inbox = new Inbox();
    const failed: number[] = [];
    const elsewhere = texts(20).find((key) => partitionOf(Buffer.from(key), 2) !== partitionOf(Buffer.from('bad'), 2))!;
    const handle: typeof inbox.handle = async (batch) => {
      if (batch[0]!.key.toString() === 'bad' && failed.length < 5) {
        // Together with the other partition's it fails once more.
        if (batch.length === 1) failed.push(performance.now());
        throw new Error('not now');
      }
      await inbox.handle(batch);
    };
    await bench.bus.group(groupOf('resting', handle));
    await bench.bus.publish('interactions', [text('bad', 'bad'), text(elsewhere, 'good')]);
    await inbox.has('good', 'bad');
    expect(inbox.texts).toEqual(['good', 'bad']);
    const rests = failed.slice(1).map((at, index) => at - failed[index]!);
    expect(rests.every((rest, index) => rest > 100 * 2 ** index - 5)).toBe(true);
  });

  it('says unavailable while no broker is there, and neither crashes nor hangs', async () => {
    const inDoubt = jest.fn();
    const bus = await bench.another({ ...NOWHERE, inDoubt });
    await expect(bus.publish('interactions', [text('k', 'v')])).rejects.toMatchObject(AWAY);
    await expect(bus.publish('interactions', [text('k', 'v')])).rejects.toMatchObject(AWAY);
    await expect(bus.ensureTopics()).rejects.toMatchObject(AWAY);
    await expect(bus.healthy()).resolves.toBe(false);
    await bus.group(groupOf('patient', async () => undefined));
    const broadcast = bus.broadcast({ topic: 'config', handle: async () => undefined });
    await Promise.all([expect(broadcast).rejects.toMatchObject({ slug: 'bus-closed' }), bus.close()]);
    expect(inDoubt).not.toHaveBeenCalled();
  });

  it('comes by itself when the broker comes', async () => {
    const [host, port] = process.env.TL_TEST_KAFKA!.split(':');
    const door = createServer((client) => {
      const broker = connect(Number(port), host);
      client.pipe(broker).pipe(client);
      for (const socket of [client, broker]) socket.on('error', () => [client, broker].forEach((end) => end.destroy()));
    });
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
    const address = door.address() as AddressInfo;
    await new Promise((resolve) => door.close(resolve));
    const inbox = new Inbox();
    const bus = await bench.another({ brokers: [`127.0.0.1:${address.port}`] });
    await expect(bus.publish('interactions', [text('k', 'lost')])).rejects.toMatchObject(AWAY);
    await bus.group(groupOf('early', inbox.handle));
    const heard = new Inbox();
    const broadcast = bus.broadcast({ topic: 'config', handle: heard.handle });
    await bench.bus.publish('config', [text('k', 'kept')]);
    await new Promise<void>((resolve) => door.listen(address.port, '127.0.0.1', resolve));
    await broadcast;
    await publishAtLast(() => bus.publish('interactions', [text('k', 'found')]));
    await inbox.has('found');
    expect([inbox.texts, heard.texts]).toEqual([['found'], ['kept']]);
    await bus.close();
    door.close();
  });

  it('leaves no group of a broadcast behind', async () => {
    const bus = await bench.another();
    await bus.publish('config', [text('k', 'v')]);
    await bus.broadcast({ topic: 'config', handle: async () => undefined });
    await bus.close();
    const { groups } = await bench.admin((admin) => admin.listGroups());
    expect(groups.filter(({ groupId }) => groupId.startsWith(bench.topicPrefix))).toEqual([]);
  });
});

async function publishAtLast(publish: () => Promise<void>): Promise<void> {
  for (;;) {
    const failed = await publish().then(
      () => false,
      () => true,
    );
    if (!failed) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
