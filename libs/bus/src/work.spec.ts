import { rejected, unavailable } from '@throughline/contracts';
import type { Message } from './bus.contract';
import { work } from './work';

const message = (text: string): Message => ({
  topic: 'interactions',
  partition: 0,
  offset: text,
  publishedAt: 0,
  key: Buffer.from('k'),
  value: Buffer.from(text),
  headers: {},
});
const batch = ['a', 'b', 'c', 'd'].map(message);

/** Throws as long as the batch holds `bad`; keeps what it was called with, and what it did. */
function handler(bad: string, error: unknown) {
  const calls: string[] = [];
  const handle = async (messages: readonly Message[]) => {
    const text = messages.map(({ value }) => value.toString()).join('');
    calls.push(text);
    if (text.includes(bad)) throw error;
  };
  return { calls, handle };
}

describe('one try at a batch', () => {
  it('is one call where the handler takes it', async () => {
    const { calls, handle } = handler('none', undefined);
    await expect(work(batch, { handle })).resolves.toEqual({ done: 4 });
    expect(calls).toEqual(['abcd']);
  });

  it('goes message by message up to the one that fails', async () => {
    const error = unavailable('away', 'not there');
    const { calls, handle } = handler('c', error);
    await expect(work(batch, { handle })).resolves.toEqual({ done: 2, error });
    expect(calls).toEqual(['abcd', 'a', 'b', 'c']);
  });

  it('sets aside what is rejected and goes on', async () => {
    const aside: string[] = [];
    const { calls, handle } = handler('b', rejected('bad', 'no'));
    const onRejected = async ({ value }: Message) => void aside.push(value.toString());
    await expect(work(batch, { handle, onRejected })).resolves.toEqual({ done: 4 });
    expect([calls, aside]).toEqual([['abcd', 'a', 'b', 'c', 'd'], ['b']]);
  });

  it('does not call again for a batch of one', async () => {
    const { calls, handle } = handler('a', rejected('bad', 'no'));
    await work([message('a')], { handle, onRejected: async () => undefined });
    expect(calls).toEqual(['a']);
  });

  it('stops where what is rejected cannot be set aside', async () => {
    const error = unavailable('away', 'nowhere to put it');
    const { handle } = handler('b', rejected('bad', 'no'));
    await expect(work(batch, { handle, onRejected: () => Promise.reject(error) })).resolves.toEqual({ done: 1, error });
  });

  it('takes rejected for a failure where nothing is set aside', async () => {
    const error = rejected('bad', 'no');
    await expect(work(batch, { handle: handler('a', error).handle })).resolves.toEqual({ done: 0, error });
  });

  it('makes an error of whatever is thrown', async () => {
    await expect(work(batch, { handle: handler('a', 'text').handle })).resolves.toMatchObject({ done: 0, error: expect.any(Error) });
  });

  it('stops at a handler that throws before it returns a promise', async () => {
    const handle = () => {
      throw unavailable('away', 'at once');
    };
    await expect(work(batch, { handle })).resolves.toMatchObject({ done: 0, error: { slug: 'away' } });
  });
});
