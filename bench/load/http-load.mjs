import autocannon from 'autocannon';
import { pathFor } from './interactions.mjs';

const CONNECTIONS = 64;
const LONGEST_SECONDS = 600;

/**
 * Posts from 64 connections, each its next when the last was answered. When the time is over none is cut off: the rates count
 * until the last answer, and no work is left for the next cell. Rejects where any answer is not wholly good.
 * @returns accepted (interactions answered with 2xx), posts, seconds (until the last answer), p50 and p99 (ms of a POST)
 */
export async function postFor(target, supply, { perPost, seconds }) {
  const answers = { good: 0, bad: 0, last: 0 };
  const clients = [];
  const started = performance.now();
  const load = autocannon({
    url: target.url + pathFor(perPost),
    connections: CONNECTIONS,
    duration: LONGEST_SECONDS,
    sampleInt: 10,
    timeout: 60,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(target.apiKey && { authorization: `Bearer ${target.apiKey}` }) },
    setupClient: (client) => clients.push(client),
    requests: [{ setupRequest: (request) => ({ ...request, body: supply.body(perPost) }), onResponse: (status, body) => judge(answers, status, body) }],
  });
  // A client that has made as many requests as it may ends with the answer to the last.
  setTimeout(() => clients.forEach((client) => (client.responseMax = 1)), seconds * 1000);
  const { errors, latency } = await load;
  if (answers.bad > 0 || errors > 0) throw new Error(`${target.url}: ${answers.bad} bad answers and ${errors} errors beside ${answers.good} good answers`);
  return { accepted: answers.good * perPost, posts: answers.good, seconds: (answers.last - started) / 1000, p50: latency.p50, p99: latency.p99 };
}

function judge(answers, status, body) {
  answers.last = performance.now();
  const good = status >= 200 && status < 300 && !body.includes('"rejected"');
  answers[good ? 'good' : 'bad'] += 1;
}
