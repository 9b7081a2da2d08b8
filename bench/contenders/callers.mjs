// 64 callers, each with one event at a time, in turn over 3,200 streams.
import { percentile } from '../statistics.mjs';

export const STREAMS = 3_200;
const CALLERS = 64;
let nth = 0;

/**
 * @param append appends one event to the stream of this number and resolves when it is durable
 * @returns what came of it: how many, in how many seconds, p99 in ms
 */
export async function call(append, { seconds }) {
  const times = [];
  const started = performance.now();
  const end = started + seconds * 1000;
  const caller = async () => {
    while (performance.now() < end) {
      const asked = performance.now();
      await append(nth++ % STREAMS);
      times.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return { appended: times.length, seconds: (performance.now() - started) / 1000, p99: percentile(times, 0.99) };
}
