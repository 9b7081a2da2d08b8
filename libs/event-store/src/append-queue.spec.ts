import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { AppendCall } from './append-call';
import { AppendQueue, type Waiting } from './append-queue';
import { sampleEvent } from './testing';

const tenant = randomUUID();
const streams: string[] = Array.from({ length: 5 }, () => randomUUID());
const free: ReadonlySet<string> = new Set();

/** A call that appends an event to each of these streams, by number. */
function calling(...numbers: number[]): Waiting {
  return { call: new AppendCall(numbers.map((n) => sampleEvent({ tenant, stream: streams[n]! }))), bytes: 100 };
}

function queueOf(...calls: Waiting[]): AppendQueue<Waiting> {
  const queue = new AppendQueue<Waiting>();
  for (const call of calls) queue.add(call);
  return queue;
}

describe('what is taken from the queue', () => {
  it('is as many calls as are wanted, the oldest', () => {
    const [a, b, c] = [calling(0), calling(1), calling(2)];
    const queue = queueOf(a, b, c);
    expect(queue.take(2, free)).toEqual([a, b]);
    expect(queue.take(2, free)).toEqual([c]);
    expect(queue.take(2, free)).toEqual([]);
  });

  it('is all that waits for one stream', () => {
    const calls = Array.from({ length: 10 }, () => calling(0));
    expect(queueOf(...calls).take(2, free)).toEqual(calls);
  });

  it('leaves out a stream that is in flight, and what came after on the streams of the call', () => {
    const [a, b, c] = [calling(0, 1), calling(1), calling(2)];
    const queue = queueOf(a, b, c);
    expect(queue.take(9, new Set([streams[0]!]))).toEqual([c]);
    expect(queue.take(9, free)).toEqual([a, b]);
  });

  it('has no id twice', () => {
    const a = calling(0);
    const again: Waiting = { call: new AppendCall(a.call.given), bytes: 100 };
    const queue = queueOf(a, again);
    expect(queue.take(9, free)).toEqual([a]);
    expect(queue.take(9, free)).toEqual([again]);
  });

  it('is one call at least, and not more than fits into a statement', () => {
    const large = () => ({ ...calling(0), bytes: 6 << 20 });
    const [a, b] = [large(), large()];
    const queue = queueOf(a, b);
    expect(queue.take(9, free)).toEqual([a]);
    expect([queue.events, queue.bytes]).toEqual([1, 6 << 20]);
  });

  it('keeps the order of the calls on each stream, whatever is in flight', () => {
    const numbers = fc.uniqueArray(fc.nat(4), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(numbers, { maxLength: 20 }), fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.subarray(streams)), { maxLength: 10 }), (calls, takes) => {
        const made = calls.map((call) => calling(...call));
        const queue = queueOf(...made);
        const taken: Waiting[] = [];
        for (const [wanted, busy] of takes) {
          const group = queue.take(wanted, new Set(busy));
          expect(group.flatMap(({ call }) => [...call.streams]).some((stream) => busy.includes(stream))).toBe(false);
          taken.push(...group);
        }
        while (queue.size) taken.push(...queue.take(3, free));
        const on = (stream: string, of: readonly Waiting[]) => of.filter(({ call }) => call.streams.has(stream));
        for (const stream of streams) expect(on(stream, taken)).toEqual(on(stream, made));
        expect([queue.events, queue.bytes]).toEqual([0, 0]);
      }),
    );
  });
});
