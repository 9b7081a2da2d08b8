import fc from 'fast-check';
import { GroupCommit } from './group-commit';

/** Flushes that wait until they are let go. */
function gated(maxItems = 100, maxBytes = 1000, maxWaitingBytes?: number, flights?: number) {
  const flushes: { items: readonly string[]; end: PromiseWithResolvers<void> }[] = [];
  const flush = (items: readonly string[]) => {
    const end: PromiseWithResolvers<void> = Promise.withResolvers();
    flushes.push({ items, end });
    return end.promise;
  };
  const commit = new GroupCommit<string>({ flush, bytesOf: (item) => item.length, maxItems, maxBytes, maxWaitingBytes, flights });
  return { commit, flushes };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a group commit', () => {
  it('joins what is added in one turn, and what waits while a flush is in flight', async () => {
    const { commit, flushes } = gated();
    const first = [commit.add(['a']), commit.add(['b', 'c'])];
    await turn();
    const second = [commit.add(['d']), commit.add(['e'])];
    await turn();
    expect(flushes.map(({ items }) => items)).toEqual([['a', 'b', 'c']]);
    flushes[0]!.end.resolve();
    await Promise.all(first);
    await turn();
    expect(flushes.map(({ items }) => items)).toEqual([['a', 'b', 'c'], ['d', 'e']]);
    flushes[1]!.end.resolve();
    await Promise.all(second);
    await commit.idle();
  });

  it('begins the next while one is in flight, where more may be', async () => {
    const { commit, flushes } = gated(100, 1000, undefined, 2);
    const calls = [];
    for (const item of ['a', 'b', 'c', 'd']) {
      calls.push(commit.add([item]));
      await turn();
    }
    expect(flushes.map(({ items }) => items)).toEqual([['a'], ['b']]);
    flushes[1]!.end.resolve();
    await calls[1];
    expect(flushes.map(({ items }) => items)).toEqual([['a'], ['b'], ['c', 'd']]);
    flushes[0]!.end.resolve();
    flushes[2]!.end.resolve();
    await Promise.all(calls);
    await commit.idle();
  });

  it('fails everybody who waits when a flush fails, then goes on', async () => {
    const { commit, flushes } = gated();
    const first = commit.add(['a']);
    await turn();
    const second = commit.add(['b']);
    flushes[0]!.end.reject(new Error('away'));
    await expect(first).rejects.toThrow('away');
    await expect(second).rejects.toThrow('away');
    await commit.idle();
    const third = commit.add(['c']);
    await turn();
    flushes[1]!.end.resolve();
    await third;
    expect(flushes[1]!.items).toEqual(['c']);
  });

  it('takes one call at least, however large', async () => {
    const { commit, flushes } = gated(2, 10);
    const large = commit.add(['x'.repeat(50), 'y', 'z']);
    void commit.add(['next']);
    await turn();
    expect(flushes.map(({ items }) => items.length)).toEqual([3]);
    flushes[0]!.end.resolve();
    await large;
  });

  it('keeps the order of the calls and loses none, whatever the sizes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.string({ maxLength: 8 }), { maxLength: 5 }), { maxLength: 30 }), async (calls) => {
        const flushed: string[][] = [];
        const flush = async (items: readonly string[]) => void flushed.push([...items]);
        const commit = new GroupCommit<string>({ flush, bytesOf: (item) => item.length, maxItems: 4, maxBytes: 16 });
        await Promise.all(calls.map((items) => commit.add(items)));
        expect(flushed.flat()).toEqual(calls.flat());
      }),
    );
  });

  it('refuses what comes when too much waits, and takes it again later', async () => {
    const { commit, flushes } = gated(100, 1000, 4);
    const first = commit.add(['a']);
    await turn();
    const waiting = commit.add(['bbbbb']);
    await expect(commit.add(['c'])).rejects.toMatchObject({ kind: 'unavailable', slug: 'bus-busy' });
    flushes[0]!.end.resolve();
    await first;
    await turn();
    const later = commit.add(['d']);
    flushes[1]!.end.resolve();
    await waiting;
    await turn();
    flushes[2]!.end.resolve();
    await later;
    expect(flushes.map(({ items }) => items)).toEqual([['a'], ['bbbbb'], ['d']]);
  });
});
