import autocannon from 'autocannon';
import { pathFor } from './interactions.mjs';

const LONGEST_SECONDS = 3_600;

/**
 * Posts from so many connections, each its next when the last was answered, for `seconds` or until `count` interactions are
 * posted. When the time is over none is cut off: the rates count until the last answer, and no work is left for the next cell.
 * Rejects where any answer is not wholly good. What is acknowledged is counted in the supply.
 * @param target url, apiKey (peers have none)
 * @returns accepted (interactions answered with 2xx), posts, seconds (until the last answer), p50 and p99 (ms of a POST)
 */
export async function postFor(target, supply, { perPost, connections, seconds, count }) {
  const answers = { good: 0, bad: 0, last: 0 };
  const clients = [];
  const started = performance.now();
  const load = autocannon({
    url: target.url + pathFor(perPost),
    connections,
    ...(count && { amount: count / perPost }),
    duration: LONGEST_SECONDS,
    sampleInt: 10,
    timeout: 60,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(target.apiKey && { authorization: `Bearer ${target.apiKey}` }) },
    setupClient: (client) => clients.push(client),
    requests: [{ setupRequest: (request) => ({ ...request, body: supply.body(perPost) }), onResponse: (status, body) => judge(answers, status, body) }],
  });
  // A client that has made as many requests as it may ends with the answer to the last.
  const timer = seconds && setTimeout(() => clients.forEach((client) => (client.responseMax = 1)), seconds * 1000);
  const { errors, latency } = await load;
  clearTimeout(timer);
  if (answers.bad > 0 || errors > 0) throw new Error(`${target.url}: ${answers.bad} bad answers (${answers.why}) and ${errors} errors beside ${answers.good} good answers`);
  const accepted = answers.good * perPost;
  supply.acknowledged += accepted;
  return { accepted, posts: answers.good, seconds: (answers.last - started) / 1000, p50: latency.p50, p99: latency.p99 };
}

function judge(answers, status, body) {
  answers.last = performance.now();
  const good = status >= 200 && status < 300 && !body.includes('"rejected"');
  answers[good ? 'good' : 'bad'] += 1;
  if (!good) answers.why ??= `${status} ${body.slice(0, 200)}`;
}
