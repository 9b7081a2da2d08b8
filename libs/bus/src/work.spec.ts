import { rejected, unavailable } from '@throughline/contracts';
import fc from 'fast-check';
import type { Message } from './bus.contract';
import { work, type Work } from './work';

const message = (text: string, key = 'k'): Message => ({
  topic: 'interactions',
  partition: 0,
  offset: text,
  publishedAt: 0,
  key: Buffer.from(key),
  value: Buffer.from(text),
  headers: {},
});
const batch = ['a', 'b', 'c', 'd'].map((text) => message(text));
const textOf = ({ value }: Message) => value.toString();

/** Throws as long as the batch holds `bad`; keeps what it was called with. */
function handler(bad: string, error: unknown) {
  const calls: string[] = [];
  const handle = async (messages: readonly Message[]) => {
    const text = messages.map(textOf).join('');
    calls.push(text);
    if (text.includes(bad)) throw error;
  };
  return { calls, handle };
}

async function tried(messages: readonly Message[], job: Work) {
  const settled = new Set<Message>();
  const error = await work(messages, job, settled);
  return { error, settled: messages.filter((one) => settled.has(one)).map(textOf).join('') };
}

/** A lot in memory. */
function lot() {
  const waiting: Message[] = [];
  const isParked = ({ key }: Message) => waiting.some((one) => one.key.equals(key));
  const add = (messages: Message[]) => (waiting.push(...messages), messages);
  return {
    waiting,
    divert: async (messages: readonly Message[]) => add(messages.filter(isParked)),
    park: async (_: Error, failed: Message, rest: readonly Message[]) => add([failed, ...rest.filter(({ key }) => key.equals(failed.key))]),
  };
}

describe('one try at a batch', () => {
  it('is one call where the handler takes it', async () => {
    const { calls, handle } = handler('none', undefined);
    expect(await tried(batch, { handle })).toEqual({ settled: 'abcd' });
    expect(calls).toEqual(['abcd']);
  });

  it('stops at once where something it leans on is away', async () => {
    const error = unavailable('away', 'not there');
    const { calls, handle } = handler('c', error);
    expect(await tried(batch, { handle, parked: lot() })).toEqual({ error, settled: '' });
    expect(calls).toEqual(['abcd']);
  });

  it('goes by halves up to the message that fails', async () => {
    const error = new TypeError('a surprise');
    const { calls, handle } = handler('c', error);
    expect(await tried(batch, { handle })).toEqual({ error, settled: 'ab' });
    expect(calls).toEqual(['abcd', 'ab', 'cd', 'c']);
  });

  it('finds one bad message among 500 in 19 calls', async () => {
    const many = Array.from({ length: 500 }, (_, index) => message(`<${index}>`));
    const { calls, handle } = handler('<250>', rejected('bad', 'no'));
    await tried(many, { handle, onRejected: async () => undefined });
    expect(calls.length).toBeLessThanOrEqual(19);
  });

  it('sets aside what is rejected and goes on', async () => {
    const aside: string[] = [];
    const { calls, handle } = handler('b', rejected('bad', 'no'));
    const onRejected = async (one: Message) => void aside.push(textOf(one));
    expect(await tried(batch, { handle, onRejected })).toEqual({ settled: 'abcd' });
    expect([calls, aside]).toEqual([['abcd', 'ab', 'a', 'b', 'cd'], ['b']]);
  });

  it('does not call again for a batch of one that is rejected', async () => {
    const { calls, handle } = handler('a', rejected('bad', 'no'));
    await tried([message('a')], { handle, onRejected: async () => undefined, parked: lot() });
    expect(calls).toEqual(['a']);
  });

  it('stops where what is rejected cannot be set aside', async () => {
    const error = unavailable('away', 'nowhere to put it');
    const { handle } = handler('b', rejected('bad', 'no'));
    expect(await tried(batch, { handle, onRejected: () => Promise.reject(error) })).toEqual({ error, settled: 'a' });
  });

  it('takes rejected for a failure where nothing is set aside', async () => {
    const error = rejected('bad', 'no');
    expect(await tried(batch, { handle: handler('a', error).handle })).toEqual({ error, settled: '' });
  });

  it('makes an error of whatever is thrown', async () => {
    expect(await tried(batch, { handle: handler('a', 'text').handle })).toMatchObject({ settled: '', error: expect.any(Error) });
  });

  it('takes a handler that throws before it returns a promise for one that fails', async () => {
    const handle = () => {
      throw unavailable('away', 'at once');
    };
    expect(await tried(batch, { handle })).toMatchObject({ settled: '', error: { slug: 'away' } });
  });

  it('parks the key of a message that fails alone a few times, with what follows on it', async () => {
    const mixed = [message('a', 'x'), message('b', 'y'), message('c', 'x'), message('d', 'y'), message('e', 'x')];
    const { calls, handle } = handler('b', new TypeError('a surprise'));
    const parked = lot();
    expect(await tried(mixed, { handle, parked })).toEqual({ settled: 'abcde' });
    expect(parked.waiting.map(textOf)).toEqual(['b', 'd']);
    expect(calls).toEqual(['abcde', 'abc', 'ab', 'a', 'b', 'b', 'b', 'b', 'c', 'e']);
  });

  it('stops where a key cannot be parked', async () => {
    const error = unavailable('away', 'no database');
    const { handle } = handler('b', new TypeError('a surprise'));
    const parked = { ...lot(), park: () => Promise.reject(error) };
    expect(await tried(batch, { handle, parked })).toEqual({ error, settled: 'a' });
  });

  it('waits no longer than 600 ms for all surprises of a batch together', async () => {
    const many = Array.from({ length: 50 }, (_, index) => message(`<${index}>`, `key${index}`));
    const { calls, handle } = handler('<', new TypeError('everything fails'));
    const parked = lot();
    expect((await tried(many, { handle, parked })).error).toBeUndefined();
    expect(parked.waiting).toHaveLength(50);
    expect(calls.filter((call) => call === '<49>')).toHaveLength(1);
  });

  it('loses nothing and keeps every key in order, whatever fails', async () => {
    const outcome = fc.constantFrom('fine', 'fine', 'fine', 'rejected', 'surprise');
    const published = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), outcome), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(published, async (plan) => {
        const messages = plan.map(([key, fate], index) => message(`${index}:${fate}`, `key${key}`));
        const done: Message[] = [];
        const handle = async (some: readonly Message[]) => {
          for (const one of some) if (textOf(one).endsWith('surprise')) throw new TypeError('surprise');
          for (const one of some) if (textOf(one).endsWith('rejected')) throw rejected('bad', 'no');
          done.push(...some);
        };
        const aside: Message[] = [];
        const parked = lot();
        const settled = new Set<Message>();
        await work(messages, { handle, onRejected: async (one) => void aside.push(one), parked, quickMs: [] }, settled);
        expect(settled.size).toBe(messages.length);
        expect([...done, ...aside, ...parked.waiting].sort(byPlace)).toEqual(messages);
        for (const key of new Set(messages.map((one) => one.key.toString()))) {
          const own = (list: Message[]) => list.filter((one) => one.key.toString() === key);
          expect(own([...own(done), ...own(parked.waiting)])).toEqual(own(messages).filter((one) => !aside.includes(one)));
        }
      }),
      { numRuns: 300 },
    );
  });
});

const byPlace = (a: Message, b: Message) => Number.parseInt(textOf(a), 10) - Number.parseInt(textOf(b), 10);
