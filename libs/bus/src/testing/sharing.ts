import { groupOf, text, texts, type CurrentBench } from './bench';
import { Inbox } from './inbox';

const published = texts(200).map((value, index) => text(`key${index}`, value));

export function sharing(bench: CurrentBench, mortal: boolean): void {
  it('gives every message to exactly one member of a group', async () => {
    const { bus, another } = bench();
    const inbox = new Inbox();
    await bus.group(groupOf('shared', inbox.handle));
    await (await another()).group(groupOf('shared', inbox.handle));
    const other = new Inbox();
    await bus.group(groupOf('shared', other.handle));
    await bus.publish('interactions', published);
    await Promise.race([inbox, other].map((box) => box.until(() => new Set([...inbox.texts, ...other.texts]).size === 200)));
    expect([...inbox.texts, ...other.texts].sort()).toEqual(texts(200).sort());
  });

  it('gives every group everything', async () => {
    const { bus, another } = bench();
    const [left, right] = [new Inbox(), new Inbox()];
    await bus.group(groupOf('left', left.handle));
    await (await another()).group(groupOf('right', right.handle));
    await bus.publish('interactions', published);
    await Promise.all([left, right].map((inbox) => inbox.has(...texts(200))));
    expect([left.messages.length, right.messages.length]).toEqual([200, 200]);
  });

  it('lets another member take over when one closes', async () => {
    const { bus, another } = bench();
    const [first, second] = [new Inbox(), new Inbox()];
    const subscription = await bus.group(groupOf('handed-over', first.handle));
    await bus.publish('interactions', published.slice(0, 100));
    await first.has(...texts(100));
    await (await another()).group(groupOf('handed-over', second.handle));
    await subscription.close();
    await bus.publish('interactions', published.slice(100));
    await second.has(...texts(200).slice(100));
    expect(first.texts.every((value) => texts(100).includes(value))).toBe(true);
  });

  const title = 'lets another member take over what a dead one had in hand';
  // Why it may be skipped stands in the title: a Kafka consumer dies with its process only, and tools/ledger kills those.
  (mortal ? it : it.skip)(mortal ? title : `${title} (skipped: dies with its process only, which the ledger kills)`, async () => {
    const { bus, another, kill } = bench();
    const [first, second] = [new Inbox(), new Inbox()];
    const stalled: PromiseWithResolvers<void> = Promise.withResolvers();
    await bus.group(groupOf('bereaved', (batch) => first.handle(batch).then(() => stalled.promise)));
    await bus.publish('interactions', [text('k', 'in hand')]);
    await first.has('in hand');
    await (await another()).group(groupOf('bereaved', second.handle));
    await kill!();
    await second.has('in hand');
    stalled.resolve();
    await bus.publish('interactions', [text('k', 'after')]);
    await second.has('after');
    expect(second.texts).toEqual(['in hand', 'after']);
  });
}
