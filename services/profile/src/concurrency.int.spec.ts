import type { TestInteraction } from './testing/interaction-message';
import { ProfileBench } from './testing/profile-bench';

let bench: ProfileBench;
beforeAll(async () => void (bench = await ProfileBench.open()));
afterAll(() => bench.close());

/** Shuffled the same way each time. */
function shuffled<T>(list: readonly T[], seed: number): T[] {
  let state = seed;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  return list.map((item) => [random(), item] as const).sort(([a], [b]) => a - b).map(([, item]) => item);
}

describe('two processes', () => {
  it('that link overlapping identities end with one customer, without a deadlock', async () => {
    const ring = (prefix: string): TestInteraction[] =>
      Array.from({ length: 24 }, (_, n) => ({ id: `${prefix}${n}`, identities: [`visitor:r${n}`, `!visitor:r${(n + (prefix === 'x' ? 1 : 5)) % 24}`] }));
    const handlers = [bench.handlers, bench.openHandlers(), bench.openHandlers()];
    const batches = await Promise.all(['x', 'y', 'z'].map((prefix, seed) => bench.messages(shuffled(ring(prefix), seed + 7))));
    await Promise.all(
      handlers.map(async (handler, process) => {
        for (let at = 0; at < 24; at += 4) await handler.take(batches[process]!.slice(at, at + 4));
      }),
    );
    const customers = await Promise.all(Array.from({ length: 24 }, (_, n) => bench.customer(`visitor:r${n}`)));
    expect(new Set(customers.map((one) => one!.customerId)).size).toBe(1);
    expect(customers[0]!.identities).toHaveLength(24);
    expect(customers[0]!.channels).toMatchObject({ phone: { count: 72 } });
    const oldest = (await bench.readLog())[0]!.stream;
    expect(customers[0]!.customerId).toBe(oldest);
  });

  it('that extend one customer at both ends at once end with one customer', async () => {
    // `end-a` is the oldest, so joining it gives the middle another customer while the other end is being joined to the middle.
    for (const id of ['end-a', 'mid-b', 'mid-c', 'end-d']) await bench.post({ id, identities: [`visitor:${id}`] });
    await bench.post({ id: 'mid', identities: ['visitor:mid-b', '!visitor:mid-c'] });
    const [left, right] = await bench.messages([
      { id: 'left', identities: ['visitor:end-a', '!visitor:mid-b'] },
      { id: 'right', identities: ['visitor:end-d', '!visitor:mid-c'] },
    ]);
    const gate = Promise.withResolvers<undefined>();
    const written = Promise.withResolvers<undefined>();
    const { database } = bench.db;
    const slow = bench.openHandlers({
      notify: (channel) => database.notify(channel),
      writer: (tenants, work) => database.writer(tenants, async (tx) => {
        const result = await work(tx);
        written.resolve(undefined);
        await gate.promise;
        return result;
      }),
    });
    const first = slow.take([left!]);
    await written.promise;
    const second = bench.handlers.take([right!]);
    await bench.db.untilWaiting();
    gate.resolve(undefined);
    await Promise.all([first, second]);
    const customers = await Promise.all(['end-a', 'mid-b', 'mid-c', 'end-d'].map((name) => bench.customer(`visitor:${name}`)));
    expect(new Set(customers.map((one) => one!.customerId)).size).toBe(1);
  });

  it('that take the same interaction at once keep it once', async () => {
    const messages = await bench.messages(Array.from({ length: 20 }, (_, n) => ({ id: `same${n}`, identities: [`visitor:s${n % 3}`, `!email:s${n % 2}@shop.example`] })));
    await Promise.all([bench.handlers.take(messages), bench.openHandlers().take(messages), bench.openHandlers().take([...messages].reverse())]);
    const customer = (await bench.customer('visitor:s0'))!;
    expect(customer.channels).toMatchObject({ phone: { count: 20 } });
    expect(customer.identities).toHaveLength(5);
    expect((await bench.timeline(customer.customerId, { limit: 200 })).items).toHaveLength(20);
    expect(bench.letters).toEqual([]);
  });
});
