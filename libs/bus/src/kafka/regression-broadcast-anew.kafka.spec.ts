import { text, texts } from '../testing/bench';
import { Inbox } from '../testing/inbox';
import { kafkaBench, type KafkaBench } from '../testing/kafka-bench';

describe('a broadcast whose topic was lost and made anew', () => {
  let bench: KafkaBench;
  beforeEach(async () => {
    bench = await kafkaBench();
    await bench.bus.ensureTopics();
  });
  afterEach(() => bench.close());

  // The places of the old topic were taken for those of the new one: what lay below them was never handed on.
  it('hands on what is published on the new one from its start', async () => {
    const inbox = new Inbox();
    await bench.bus.broadcast({ topic: 'outbound', handle: inbox.handle });
    for (const value of texts(5)) await bench.bus.publish('outbound', [text('k', value)]);
    await inbox.has('m4');
    const name = `${bench.topicPrefix}outbound`;
    await bench.admin((admin) => admin.deleteTopics({ topics: [name] }));
    while ((await bench.admin((admin) => admin.listTopics())).includes(name));
    const other = await bench.another();
    await other.ensureTopics();
    for (const value of texts(10, 'n')) await other.publish('outbound', [text('k', value)]);
    await inbox.has('n9');
    expect(inbox.texts).toEqual([...texts(5), ...texts(10, 'n')]);
  }, 90_000);
});
