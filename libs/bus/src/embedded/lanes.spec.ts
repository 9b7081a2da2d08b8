import type { Message } from '../bus.contract';
import { Lanes } from './lanes';

const onRejected = async () => undefined;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Messages of so many partitions in turn; `offset` counts on. */
function page(count: number, partitions = 4, from = 0): Message[] {
  return Array.from({ length: count }, (_, n) => ({ topic: 'interactions', partition: n % partitions, offset: String(from + n), publishedAt: 0, key: Buffer.of(n % partitions), value: Buffer.alloc(0), headers: {} }));
}

/** A handler whose batches end when they are told to. */
function gated(going = () => true, maxBatch = 1_000) {
  const batches: { offsets: number[]; lanes: Set<number>; end: PromiseWithResolvers<void> }[] = [];
  const handle = (batch: readonly Message[]) => {
    const end = Promise.withResolvers<void>();
    batches.push({ offsets: batch.map(({ offset }) => Number(offset)), lanes: new Set(batch.map(({ partition }) => partition % 2)), end });
    return end.promise;
  };
  return { lanes: new Lanes({ job: { handle, onRejected, quickMs: [] }, maxBatch, going }), batches };
}

describe('lanes', () => {
  it('work half of the partitions each, and the next page while the other is still at this one', async () => {
    const { lanes, batches } = gated();
    const first = lanes.work(page(200), new Set());
    await turn();
    expect(batches.map(({ lanes: of }) => [...of])).toEqual([[0], [1]]);
    const second = lanes.work(page(200, 4, 200), new Set());
    batches[1]!.end.resolve();
    await turn();
    expect(batches.map(({ lanes: of, offsets }) => [[...of], offsets[0]])).toEqual([[[0], 0], [[1], 1], [[1], 201]]);
    batches[0]!.end.resolve();
    batches[2]!.end.resolve();
    await turn();
    batches[3]!.end.resolve();
    expect(await Promise.all([first, second])).toEqual([undefined, undefined]);
    expect(batches).toHaveLength(4);
  });

  it('take a small page as one, behind all that went before it', async () => {
    const { lanes, batches } = gated();
    const settled = new Set<Message>();
    const done = [lanes.work(page(200), new Set()), lanes.work(page(3), settled), lanes.work(page(200), new Set())];
    await turn();
    expect(batches).toHaveLength(2);
    for (let n = 0; n < 5; n += 1) {
      batches[n]!.end.resolve();
      await turn();
    }
    expect(await Promise.all(done)).toEqual([undefined, undefined, undefined]);
    expect([batches[2]!.offsets, settled.size]).toEqual([[0, 1, 2], 3]);
  });

  it('stop for good where one has failed, and the other ends what it has', async () => {
    const handled: number[] = [];
    const handle = async (batch: readonly Message[]) => {
      if (batch[0]!.partition % 2 === 1) throw new Error('no');
      handled.push(batch.length);
    };
    const lanes = new Lanes({ job: { handle, onRejected, quickMs: [] }, maxBatch: 1_000, going: () => true });
    const settled = [new Set<Message>(), new Set<Message>(), new Set<Message>()];
    const stops = await Promise.all([lanes.work(page(200), settled[0]!), lanes.work(page(200), settled[1]!), lanes.work(page(3), settled[2]!)]);
    expect(stops.map((stop) => (stop as Error).message)).toEqual(['no', 'no', 'no']);
    expect([settled.map(({ size }) => size), handled]).toEqual([[100, 100, 0], [100, 100]]);
  });

  it('take no further batch once they are told to stop', async () => {
    let going = true;
    const { lanes, batches } = gated(() => going, 40);
    const done = lanes.work(page(200), new Set());
    await turn();
    going = false;
    for (const { end } of batches) end.resolve();
    expect(await done).toBe('told to');
    expect(batches.map(({ offsets }) => offsets.length)).toEqual([40, 40]);
  });
});
