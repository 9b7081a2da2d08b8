import autocannon from 'autocannon';
import { pathFor } from './interactions.mjs';

const CONNECTIONS = 64;
const LOOK_MS = 10;

/**
 * Posts from 64 connections, each its next when the last was answered. It goes on until every connection could have had
 * an answer, however short the time. Rejects where any answer is not wholly good.
 * @returns accepted (interactions answered with 2xx), posts, seconds (until the last answer), p50 and p99 (ms of a POST)
 */
export async function postFor(target, supply, { perPost, seconds }) {
  const answers = { good: 0, bad: 0, last: 0 };
  const started = performance.now();
  const load = autocannon({
    url: target.url + pathFor(perPost),
    connections: CONNECTIONS,
    duration: 600,
    sampleInt: LOOK_MS,
    timeout: 60,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(target.apiKey && { authorization: `Bearer ${target.apiKey}` }) },
    requests: [{ setupRequest: (request) => ({ ...request, body: supply.body(perPost) }), onResponse: (status, body) => judge(answers, status, body) }],
  });
  const end = setInterval(() => performance.now() - started > seconds * 1000 && answers.good >= CONNECTIONS && load.stop(), LOOK_MS);
  const { errors, latency } = await load;
  clearInterval(end);
  if (answers.bad > 0 || errors > 0) throw new Error(`${target.url}: ${answers.bad} bad answers and ${errors} errors beside ${answers.good} good answers`);
  return { accepted: answers.good * perPost, posts: answers.good, seconds: (answers.last - started) / 1000, p50: latency.p50, p99: latency.p99 };
}

function judge(answers, status, body) {
  answers.last = performance.now();
  const good = status >= 200 && status < 300 && !body.includes('"rejected"');
  answers[good ? 'good' : 'bad'] += 1;
}
