// Faults of kafkajs 2.2.4 that a member meets: large messages, handlers that throw, and a group that waits for one that crashed.
import { randomBytes } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { silent } from '../bus-log';
import { groupOf, TENANT, text, texts } from '../testing/bench';
import { Inbox } from '../testing/inbox';
import { kafkaBench, type KafkaBench } from '../testing/kafka-bench';
import { Cluster } from './cluster';

describe('a member of a group on Kafka', () => {
  let bench: KafkaBench;
  beforeEach(async () => {
    bench = await kafkaBench();
    await bench.bus.ensureTopics();
  });
  afterEach(() => bench.close());

  it('gets a message that is larger than what it fetches at once', async () => {
    const inbox = new Inbox();
    const value = randomBytes(5_000_000);
    await bench.bus.group(groupOf('larger', inbox.handle));
    await bench.bus.publish('interactions', [text('k', 'before'), { tenant: TENANT, key: Buffer.from('k'), value }, text('k', 'after')]);
    await inbox.has('after');
    expect(inbox.messages[1]!.value.equals(value)).toBe(true);
  });

  it('goes on with its other partitions while a handler throws at one again and again', async () => {
    const inbox = new Inbox();
    let thrown = 0;
    const handle: typeof inbox.handle = async (batch) => {
      // Ten times is more than kafkajs itself tries before it crashes (5).
      if (batch.some(({ key }) => key.toString() === 'bad') && ++thrown <= 10) throw new Error('a plain error');
      await inbox.handle(batch);
    };
    await bench.bus.group(groupOf('throwing', handle));
    const keys = texts(40, 'key');
    await bench.bus.publish('interactions', [text('bad', 'bad'), ...keys.map((key) => text(key, key))]);
    await inbox.until(() => inbox.messages.length >= 41);
    expect(thrown).toBeGreaterThan(10);
    expect(inbox.texts.filter((one) => one === 'bad')).toEqual(['bad']);
  });

  it('can be taken out of its group by another, at once and not when its session ends', async () => {
    const client = new Kafka({ brokers: [process.env.TL_TEST_KAFKA!], logLevel: logLevel.NOTHING });
    const groupId = `${bench.topicPrefix}crashed`;
    const topic = `${bench.topicPrefix}interactions`;
    const consumer = client.consumer({ groupId, sessionTimeout: 120_000, heartbeatInterval: 60_000 });
    const joined = new Promise<string>((resolve) => consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => resolve(payload.memberId)));
    await consumer.connect();
    await consumer.subscribe({ topics: [topic] });
    await consumer.run({ eachBatch: async () => undefined });
    const member = await joined;
    const cluster = new Cluster({ brokers: [process.env.TL_TEST_KAFKA!], clientId: 'bus-spec', log: silent });
    await cluster.leaveGroup(groupId, member);
    const { groups } = await bench.admin((admin) => admin.describeGroups([groupId]));
    expect(groups[0]!.members.map(({ memberId }) => memberId)).not.toContain(member);
    // It is no member any more, which is as good.
    await expect(cluster.leaveGroup(groupId, member)).resolves.toBeUndefined();
    await consumer.disconnect();
  });
});
