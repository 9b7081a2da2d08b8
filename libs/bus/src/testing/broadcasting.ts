import { rejected } from '@throughline/contracts';
import type { Message } from '../bus.contract';
import { text, texts, type CurrentBench } from './bench';
import { Inbox } from './inbox';

export function broadcasting(bench: CurrentBench): void {
  it('gives every process a broadcast topic from its start, and is ready at its end', async () => {
    const { bus, another } = bench();
    const [left, right] = [new Inbox(), new Inbox()];
    await bus.publish('config', texts(100).map((value, index) => text(`key${index}`, value)));
    await bus.broadcast({ topic: 'config', handle: left.handle });
    expect(left.texts).toEqual(texts(100));
    await (await another()).broadcast({ topic: 'config', handle: right.handle });
    expect(right.texts).toEqual(texts(100));
    await bus.publish('config', [text('key0', 'changed')]);
    await Promise.all([left.has('changed'), right.has('changed')]);
  });

  it('is ready at once on an empty topic', async () => {
    const { bus } = bench();
    const inbox = new Inbox();
    await bus.broadcast({ topic: 'outbound', handle: inbox.handle });
    expect(inbox.messages).toEqual([]);
  });

  it('ends with the newest message of a key', async () => {
    const { bus } = bench();
    const newest = new Map<string, string>();
    await bus.publish('config', texts(30).map((value, index) => text(`key${index % 3}`, value)));
    const handle = async (batch: readonly Message[]) => batch.forEach(({ key, value }) => newest.set(key.toString(), value.toString()));
    await bus.broadcast({ topic: 'config', handle });
    expect(newest).toEqual(new Map([['key0', 'm27'], ['key1', 'm28'], ['key2', 'm29']]));
  });

  it('passes over what the handler of a broadcast rejects', async () => {
    const { bus } = bench();
    const inbox = new Inbox();
    const handle = async (batch: readonly Message[]) => {
      if (batch.some(({ value }) => value.toString() === 'm1')) throw rejected('bad', 'will never do');
      await inbox.handle(batch);
    };
    await bus.publish('config', texts(3).map((value) => text('k', value)));
    await bus.broadcast({ topic: 'config', handle });
    expect(inbox.texts).toEqual(['m0', 'm2']);
  });

  it('brings a broadcast batch again until the handler takes it', async () => {
    const { bus } = bench();
    const inbox = new Inbox();
    let failuresLeft = 2;
    await bus.publish('config', [text('k', 'a'), text('k', 'b')]);
    await bus.broadcast({
      topic: 'config',
      handle: async (batch) => {
        if (failuresLeft-- > 0) throw new Error('not now');
        await inbox.handle(batch);
      },
    });
    expect(inbox.texts).toEqual(['a', 'b']);
  });
}
