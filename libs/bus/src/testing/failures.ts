import { rejected } from '@throughline/contracts';
import type { BatchHandler, Message } from '../bus.contract';
import { groupOf, text, texts, type CurrentBench } from './bench';
import { Inbox } from './inbox';

/** Fails as long as the batch holds the text and `fails` says so; what it lets through goes to the inbox. */
const failing = (inbox: Inbox, bad: string, fails: () => Error | undefined): BatchHandler => async (batch) => {
  const error = batch.some(({ value }) => value.toString() === bad) ? fails() : undefined;
  if (error) throw error;
  await inbox.handle(batch);
};

export function failures(bench: CurrentBench): void {
  it('brings a batch again until the handler takes it, in order', async () => {
    const { bus } = bench();
    const inbox = new Inbox();
    let failuresLeft = 4;
    await bus.group(groupOf('again', failing(inbox, 'm3', () => (failuresLeft-- > 0 ? new Error('not now') : undefined))));
    await bus.publish('interactions', texts(10).map((value) => text('k', value)));
    await inbox.has('m9');
    expect(inbox.texts).toEqual(texts(10));
  });

  it('sets a rejected message aside and goes on with its neighbours', async () => {
    const { bus } = bench();
    const inbox = new Inbox();
    const aside: [string, string][] = [];
    const onRejected = async (message: Message, error: Error) => void aside.push([message.value.toString(), error.message]);
    await bus.group(groupOf('aside', failing(inbox, 'm3', () => rejected('bad', 'will never do')), { onRejected }));
    await bus.publish('interactions', texts(10).map((value) => text('k', value)));
    await inbox.has('m9');
    expect(aside).toEqual([['m3', 'will never do']]);
    expect(inbox.texts).toEqual(texts(10).filter((value) => value !== 'm3'));
  });

  it('keeps a rejected message until it could be set aside', async () => {
    const { bus } = bench();
    const inbox = new Inbox();
    let tries = 0;
    const onRejected = async () => {
      if (++tries < 3) throw new Error('nowhere to put it');
    };
    await bus.group(groupOf('kept', failing(inbox, 'm0', () => rejected('bad', 'will never do')), { onRejected }));
    await bus.publish('interactions', [text('k', 'm0'), text('k', 'm1')]);
    await inbox.has('m1');
    expect(tries).toBe(3);
  });
}
