import { randomBytes } from 'node:crypto';
import { groupOf, TENANT, text, texts, type CurrentBench } from './bench';
import { Inbox } from './inbox';

const ofKey = (inbox: Inbox, key: string) => inbox.messages.filter((message) => message.key.toString() === key).map(({ value }) => value.toString());

export function delivery(bench: CurrentBench): void {
  it('keeps the order of each key under concurrent publishers', async () => {
    const { bus } = bench();
    const inbox = new Inbox();
    await bus.group(groupOf('order', inbox.handle));
    const keys = texts(7, 'key');
    const values = texts(60);
    await Promise.all(values.flatMap((value) => keys.map((key) => bus.publish('interactions', [text(key, value)]))));
    await inbox.until(() => inbox.messages.length >= keys.length * values.length);
    for (const key of keys) expect(ofKey(inbox, key)).toEqual(values);
  });

  it('keeps headers and bytes as they were', async () => {
    const { bus } = bench();
    const inbox = new Inbox();
    const key = randomBytes(16);
    const value = Buffer.from([0, 255, 10, 13, 92, 34, 0, 128]);
    const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'x-odd': 'ünï "\\ {}', empty: '' };
    await bus.publish('interactions', [{ tenant: TENANT, key, value, headers }, { tenant: TENANT, key, value: Buffer.alloc(0) }]);
    await bus.group(groupOf('bytes', inbox.handle));
    await inbox.until(() => inbox.messages.length >= 2);
    expect(inbox.messages[0]).toMatchObject({ topic: 'interactions', key, value, headers });
    expect(inbox.messages[1]).toMatchObject({ value: Buffer.alloc(0), headers: {}, partition: inbox.messages[0]!.partition });
  });

  it('carries several messages of 600 kB to one key at once', async () => {
    const { bus } = bench();
    const inbox = new Inbox();
    const values = [randomBytes(600_000), randomBytes(600_000), randomBytes(600_000)];
    await bus.group(groupOf('large', inbox.handle));
    await Promise.all(values.map((value) => bus.publish('interactions', [{ tenant: TENANT, key: Buffer.from('k'), value }])));
    await inbox.until(() => inbox.messages.length >= 3);
    expect(inbox.messages.every(({ value }, index) => value.equals(values[index]!))).toBe(true);
  });

  it('tells when a message was published, and offsets that rise along a partition', async () => {
    const { bus } = bench();
    const inbox = new Inbox();
    const before = Date.now() - 1000;
    for (const value of texts(5)) await bus.publish('interactions', [text('k', value)]);
    await bus.group(groupOf('offsets', inbox.handle));
    await inbox.until(() => inbox.messages.length >= 5);
    expect(new Set(inbox.messages.map(({ offset }) => offset)).size).toBe(5);
    expect(inbox.messages.every(({ publishedAt }) => publishedAt > before && publishedAt < Date.now() + 1000)).toBe(true);
  });

  it('holds back what the handler has not asked for, while publishing goes on', async () => {
    const { bus } = bench();
    const stalled: PromiseWithResolvers<void> = Promise.withResolvers();
    const inbox = new Inbox();
    const handle = (batch: Parameters<Inbox['handle']>[0]) => inbox.handle(batch).then(() => stalled.promise);
    await bus.group(groupOf('stalled', handle, { maxBatch: 10 }));
    await bus.publish('interactions', texts(50).map((value) => text('k', value)));
    await inbox.until(() => inbox.messages.length > 0);
    await bus.publish('interactions', texts(50, 'later').map((value) => text('k', value)));
    expect(inbox.messages.length).toBeLessThanOrEqual(10);
    stalled.resolve();
    await inbox.has('later49');
    expect(inbox.batches.every((batch) => batch.length <= 10)).toBe(true);
  });
}
