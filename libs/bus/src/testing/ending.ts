import { groupOf, text, texts, type CurrentBench } from './bench';
import { Inbox } from './inbox';

export function ending(bench: CurrentBench): void {
  it('goes on after a restart where the group had committed', async () => {
    const { bus, another } = bench();
    const [first, second] = [new Inbox(), new Inbox()];
    const subscription = await bus.group(groupOf('restarted', first.handle));
    await bus.publish('interactions', texts(20, 'before').map((value) => text('k', value)));
    await first.has('before19');
    await subscription.close();
    await bus.publish('interactions', texts(20, 'after').map((value) => text('k', value)));
    await (await another()).group(groupOf('restarted', second.handle));
    await second.has('after19');
    expect(second.texts).toEqual(texts(20, 'after'));
  });

  it('finishes and commits the batch in work when it closes', async () => {
    const { bus, another } = bench();
    const [first, second] = [new Inbox(), new Inbox()];
    const stalled: PromiseWithResolvers<void> = Promise.withResolvers();
    const closing = await another();
    await closing.group(groupOf('closing', (batch) => first.handle(batch).then(() => stalled.promise)));
    await bus.publish('interactions', [text('k', 'in work')]);
    await first.has('in work');
    const closed = closing.close();
    stalled.resolve();
    await closed;
    await bus.publish('interactions', [text('k', 'next')]);
    await bus.group(groupOf('closing', second.handle));
    await second.has('next');
    expect(second.texts).toEqual(['next']);
  });

  it('refuses to publish once it is closed', async () => {
    const closed = await bench().another();
    await closed.close();
    await expect(closed.publish('interactions', [text('k', 'v')])).rejects.toMatchObject({ kind: 'unavailable', slug: 'bus-unavailable' });
  });

  it('answers whether it is healthy', async () => {
    await expect(bench().bus.healthy()).resolves.toBe(true);
  });
}
