// The load on a contender: callers that each append, wait until it is durable, and append again, in turn over the streams.
import { percentile } from '../statistics.mjs';

export const STREAMS = 3_200;
let nth = 0;

/**
 * One event a call.
 * @param append appends one event to the stream of this number and resolves when it is durable
 * @param given callers; streams they write to
 */
export function call(append, { seconds, callers = 64, streams = STREAMS }) {
  return during(seconds, callers, async () => {
    await append(nth++ % streams);
    return 1;
  });
}

/**
 * Many events a call.
 * @param append appends events to the streams of these numbers
 * @param given callers; events a call; the streams that a call writes to, 1 or more
 */
export function callInBulk(append, { seconds, callers = 4, events = 1_000, streams }) {
  return during(seconds, callers, async () => {
    const first = nth++ * streams;
    await append(Array.from({ length: events }, (_, n) => (first + (n % streams)) % STREAMS));
    return events;
  });
}

/** @returns what came of it: how many, in how many seconds, p99 of a call in ms */
async function during(seconds, callers, append) {
  const times = [];
  let appended = 0;
  const started = performance.now();
  const end = started + seconds * 1000;
  const caller = async () => {
    while (performance.now() < end) {
      const asked = performance.now();
      const count = await append();
      appended += count;
      times.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return { appended, seconds: (performance.now() - started) / 1000, p99: percentile(times, 0.99) };
}
