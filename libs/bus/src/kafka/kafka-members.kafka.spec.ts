// Members that are slow, stopped, killed or stalled: who may commit, and what lies in memory.
import { setTimeout as pause } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { groupOf, text, texts } from '../testing/bench';
import { Inbox } from '../testing/inbox';
import { kafkaBench, type KafkaBench } from '../testing/kafka-bench';
import { MemberProcess } from '../testing/member-process';

/** A handler that waits, each time, until it is let go. */
function held(inbox: Inbox) {
  const gates: PromiseWithResolvers<void>[] = [];
  const handle: typeof inbox.handle = async (batch) => {
    const gate: PromiseWithResolvers<void> = Promise.withResolvers();
    gates.push(gate);
    await inbox.handle(batch);
    await gate.promise;
  };
  return { handle, letAllGo: () => gates.forEach((gate) => gate.resolve()) };
}

describe('a member of a group on Kafka', () => {
  let bench: KafkaBench;
  const members: MemberProcess[] = [];
  beforeEach(async () => {
    bench = await kafkaBench();
    await bench.bus.ensureTopics();
  });
  afterEach(async () => {
    await Promise.all(members.splice(0).map((member) => member.kill()));
    await bench.close();
  });

  const member = (group: string) => {
    const one = new MemberProcess({ brokers: [process.env.TL_TEST_KAFKA!], topicPrefix: bench.topicPrefix, maxPartitions: 2, group });
    members.push(one);
    return one;
  };
  const topic = () => `${bench.topicPrefix}interactions`;
  const committed = async (group: string, partition: number) => {
    const [found] = await bench.admin((admin) => admin.fetchOffsets({ groupId: bench.topicPrefix + group, topics: [topic()] }));
    return found!.partitions.find((one) => one.partition === partition)!.offset;
  };
  const membersOf = async (group: string) => {
    const { groups } = await bench.admin((admin) => admin.describeGroups([bench.topicPrefix + group]));
    return groups[0]!.state === 'Stable' ? groups[0]!.members.length : 0;
  };
  const until = async (condition: () => Promise<boolean>) => {
    while (!(await condition())) await pause(100);
  };

  it('that was stopped for longer than its session commits nothing once it goes on', async () => {
    const zombie = member('stopped');
    await zombie.until(() => zombie.lines.some((line) => line.joined));
    await bench.bus.publish('interactions', [text('k', 'm0'), text('k', 'm1')]);
    await zombie.until(() => zombie.lines.some((line) => line.took));
    zombie.signal('SIGSTOP');
    const inbox = new Inbox();
    const { handle, letAllGo } = held(inbox);
    await bench.bus.group(groupOf('stopped', handle));
    await inbox.has('m0');
    zombie.signal('SIGCONT');
    zombie.say('go');
    await zombie.until(() => zombie.lines.some((line) => line.done));
    const { partition } = inbox.messages[0]!;
    // By the time it is a member again it has had every chance to commit.
    await until(async () => (await membersOf('stopped')) === 2);
    expect(await committed('stopped', partition)).toBe('-1');
    const letGo = setInterval(letAllGo, 50);
    await until(async () => (await committed('stopped', partition)) === '2');
    clearInterval(letGo);
  }, 120_000);

  it('that was killed is followed by another, which does again what was in hand', async () => {
    const dying = member('killed');
    await dying.until(() => dying.lines.some((line) => line.joined));
    await bench.bus.publish('interactions', [text('k', 'in hand'), text('k', 'next')]);
    await dying.until(() => dying.lines.some((line) => line.took));
    await dying.kill();
    const inbox = new Inbox();
    await bench.bus.group(groupOf('killed', inbox.handle));
    await inbox.has('in hand', 'next');
    expect(inbox.texts).toEqual(['in hand', 'next']);
  }, 120_000);

  it('that is stalled holds a bounded part of what waits for it', async () => {
    const stalled = member('stalled');
    await stalled.until(() => stalled.lines.some((line) => line.joined));
    const before = await stalled.memory();
    const value = randomBytes(2000);
    for (let n = 0; n < 50; n += 1) await bench.bus.publish('interactions', texts(1000).map((key) => ({ key: Buffer.from(key), value })));
    await stalled.until(() => stalled.lines.some((line) => line.took));
    // 100 MB wait on the broker; two partitions of 1 MiB each are worked and as many fetched ahead.
    expect((await stalled.memory()) - before).toBeLessThan(24 * 1024 * 1024);
  }, 120_000);

  it('gets a message that is larger than what it fetches at once', async () => {
    const inbox = new Inbox();
    const value = randomBytes(5_000_000);
    await bench.bus.group(groupOf('larger', inbox.handle));
    await bench.bus.publish('interactions', [text('k', 'before'), { key: Buffer.from('k'), value }, text('k', 'after')]);
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
});
