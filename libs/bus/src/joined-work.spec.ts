import { unavailable } from '@throughline/contracts';
import type { Message } from './bus.contract';
import { JoinedWork } from './joined-work';

const slice = (partition: number, count: number) => Array.from({ length: count }, (_, n): Message => ({ topic: 'interactions', partition, offset: String(n), publishedAt: 0, key: Buffer.of(partition), value: Buffer.of(n), headers: {} }));
const turn = () => new Promise((resolve) => setImmediate(resolve));
const onRejected = async () => undefined;
const always = () => true;

/** A handler whose batches end when they are told to. */
function gated(most = 1_000) {
  const flights: { size: number; end: PromiseWithResolvers<void> }[] = [];
  const handle = (batch: readonly Message[]) => {
    const end = Promise.withResolvers<void>();
    flights.push({ size: batch.length, end });
    return end.promise;
  };
  return { joined: new JoinedWork({ handle, onRejected }, most), flights };
}

describe('joined work', () => {
  it('hands over together what waits, in two batches at a time', async () => {
    const { joined, flights } = gated();
    const first = joined.work(slice(0, 1), new Set(), always);
    await turn();
    const second = joined.work(slice(1, 2), new Set(), always);
    await turn();
    const third = [joined.work(slice(2, 3), new Set(), always), joined.work(slice(3, 4), new Set(), always)];
    await turn();
    expect(flights.map(({ size }) => size)).toEqual([1, 2]);
    flights[1]!.end.resolve();
    await second;
    await turn();
    expect(flights.map(({ size }) => size)).toEqual([1, 2, 7]);
    flights[0]!.end.resolve();
    flights[2]!.end.resolve();
    expect(await Promise.all([first, ...third])).toEqual([undefined, undefined, undefined]);
  });

  it('looks once for a flood, however often a part of the batch is tried again', async () => {
    const handle = async (batch: readonly Message[]) => {
      if (batch.some(({ partition }) => partition === 0)) throw new Error('no');
    };
    const parked = { floodIn: jest.fn(() => 'flooding'), divert: jest.fn(async () => []), park: async () => Promise.reject(new Error('no room')) };
    const joined = new JoinedWork({ handle, onRejected, parked, quickMs: [] }, 1_000);
    const errors = await Promise.all([0, 1].map((partition) => joined.work(slice(partition, 1), new Set(), always)));
    expect(errors.map((error) => error?.message)).toEqual(['no room', undefined]);
    expect(parked.floodIn.mock.calls).toEqual([[[...slice(0, 1), ...slice(1, 1)], false]]);
    expect(parked.divert.mock.calls.map(([, flooding]: unknown[]) => flooding)).toEqual(['flooding', 'flooding']);
  });

  it('bounds a batch, but takes a large slice whole', async () => {
    const { joined, flights } = gated();
    const done = [600, 600, 1500].map((count, partition) => joined.work(slice(partition, count), new Set(), always));
    for (let n = 0; n < 3; n += 1) {
      await turn();
      flights[n]?.end.resolve();
      await turn();
    }
    await Promise.all(done);
    expect(flights.map(({ size }) => size)).toEqual([600, 600, 1500]);
  });

  it('tells each partition what of its own is done; what fails concerns its partition alone', async () => {
    const slices = [0, 1, 2].map((partition) => slice(partition, 2));
    const handle = async (batch: readonly Message[]) => {
      if (batch.some(({ partition }) => partition === 1)) throw new Error('no');
    };
    const joined = new JoinedWork({ handle, onRejected, quickMs: [] }, 1_000);
    const settled = slices.map(() => new Set<Message>());
    const errors = await Promise.all(slices.map((messages, index) => joined.work(messages, settled[index]!, always)));
    expect(errors.map((error) => error?.message)).toEqual([undefined, 'no', undefined]);
    expect(settled.map(({ size }) => size)).toEqual([2, 0, 2]);
  });

  it('tries nothing twice where something is away that all need', async () => {
    let tries = 0;
    const handle = async () => {
      tries += 1;
      throw unavailable('database-unavailable', 'away');
    };
    const joined = new JoinedWork({ handle, onRejected }, 1_000);
    const errors = await Promise.all([0, 1].map((partition) => joined.work(slice(partition, 2), new Set(), always)));
    expect([errors.map((error) => error?.message), tries]).toEqual([['away', 'away'], 1]);
  });

  it('leaves as it is what is not wanted any more when its turn comes', async () => {
    const { joined, flights } = gated(1);
    let mine = true;
    const done = [0, 1, 2].map((partition) => joined.work(slice(partition, 1), new Set(), partition === 2 ? () => mine : always));
    await turn();
    mine = false;
    for (const { end } of flights) end.resolve();
    expect(await Promise.all(done)).toEqual([undefined, undefined, undefined]);
    expect(flights).toHaveLength(2);
  });

  it('hands over nothing that is settled already', async () => {
    const handed: number[] = [];
    const joined = new JoinedWork({ handle: async (batch) => void handed.push(...batch.map(({ offset }) => Number(offset))), onRejected }, 1_000);
    const messages = slice(0, 3);
    const settled = new Set([messages[1]!]);
    expect(await joined.work(messages, settled, always)).toBeUndefined();
    expect([handed, settled.size]).toEqual([[0, 2], 3]);
  });
});
