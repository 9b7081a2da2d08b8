import autocannon from 'autocannon';
import { pathFor } from './interactions.mjs';

const LONGEST_SECONDS = 3_600;
const MOST_REFUSED = 5_000;

/**
 * Posts from so many connections, each its next when the last was answered, for `seconds` or until `count` interactions are
 * posted. When the time is over none is cut off: the rates count until the last answer, and no work is left for the next cell.
 * What is answered with 503 is posted again, as a gateway does; that costs the contender its time. Rejects on any other answer
 * that is not wholly good. What is acknowledged is counted in the supply.
 * @param target url, apiKey (peers have none)
 * @returns accepted (interactions answered with 2xx), posts, refused (POSTs answered with 503), seconds (until the last answer), p50 and p99 (ms of a POST)
 */
export async function postFor(target, supply, { perPost, connections, seconds, count }) {
  const answers = { good: 0, bad: 0, refused: 0, last: 0, again: [] };
  const clients = [];
  const headers = { 'content-type': 'application/json', ...(target.apiKey && { authorization: `Bearer ${target.apiKey}` }) };
  const url = target.url + pathFor(perPost);
  const setupRequest = (request, context) => ({ ...request, body: (context.body = answers.again.pop() ?? supply.body(perPost)) });
  const onResponse = (status, body, context) => judge(answers, status, body, context.body);
  const started = performance.now();
  const load = autocannon({
    url, connections, method: 'POST', headers, duration: LONGEST_SECONDS, sampleInt: 10, timeout: 60,
    ...(count && { amount: count / perPost }),
    setupClient: (client) => clients.push(client),
    requests: [{ setupRequest, onResponse }],
  });
  // A client that has made as many requests as it may ends with the answer to the last.
  const timer = seconds && setTimeout(() => clients.forEach((client) => (client.responseMax = 1)), seconds * 1000);
  const { errors, latency } = await load;
  clearTimeout(timer);
  await postLeft(answers, url, headers);
  if (answers.bad > 0 || errors > 0) throw new Error(`${target.url}: ${answers.bad} bad answers (${answers.why}) and ${errors} errors beside ${answers.good} good answers`);
  const accepted = answers.good * perPost;
  supply.acknowledged += accepted;
  return { accepted, posts: answers.good, refused: answers.refused, seconds: (answers.last - started) / 1000, p50: latency.p50, p99: latency.p99 };
}

/** What was refused when no connection was left to post it again. */
async function postLeft(answers, url, headers) {
  for (let body; answers.bad === 0 && (body = answers.again.pop()); ) {
    const answer = await fetch(url, { method: 'POST', headers, body });
    judge(answers, answer.status, await answer.text(), body);
  }
}

function judge(answers, status, told, body) {
  answers.last = performance.now();
  if (status === 503 && answers.refused < MOST_REFUSED) {
    answers.refused += 1;
    answers.again.push(body);
    return;
  }
  const good = status >= 200 && status < 300 && !told.includes('"rejected"');
  answers[good ? 'good' : 'bad'] += 1;
  if (!good) answers.why ??= `${status} ${told.slice(0, 200)}`;
}
