// How soon the product does new work after a fault.
import { setTimeout as wait } from 'node:timers/promises';

const TRY_MS = 2_000;
const PAUSE_MS = 100;
const LIMIT_MS = 120_000;

const ask = (demo, method, path, body) =>
  fetch((method === 'POST' ? (demo.postUrl ?? demo.publicUrl) : demo.publicUrl) + path, {
    method,
    headers: { authorization: `Bearer ${demo.apiKey}`, ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(TRY_MS),
  }).then((answer) => answer.json().then((json) => ({ status: answer.status, body: json })), () => ({ status: 0 }))
    .catch(() => ({ status: 0 }));

/** A new event that nobody has seen: posted until it is taken. Undefined where it was not this time. */
async function post(demo, tag, n) {
  const body = { id: `${tag}-${n}`, account: 'acc_api', type: 'page.viewed', direction: 'inbound', occurredAt: new Date().toISOString(), identities: [{ namespace: 'phone', value: `+1415555${String(n).padStart(4, '0')}` }], data: { url: 'https://site.example/' } };
  const answer = await ask(demo, 'POST', '/v1/interactions', body);
  return answer.status === 202 ? answer.body.interactionId : undefined;
}

const applied = async (demo, id) => (await ask(demo, 'GET', `/v1/interactions/${id}`)).body?.state === 'applied';

/** Ms until one of the events posted from now on is readable; undefined where none is within two minutes. A new one is posted with every look, to `demo.postUrl` where that is another address. */
export async function firstNewEvent(demo, tag) {
  const started = performance.now();
  const posted = [];
  for (let n = 0; performance.now() - started < LIMIT_MS; n += 1) {
    const id = await post(demo, tag, n);
    if (id) posted.push(id);
    // Each is another customer's: one may wait behind what is in work on its partition.
    for (const each of [...posted.slice(0, 1), ...posted.slice(-3)]) if (await applied(demo, each)) return performance.now() - started;
    await wait(PAUSE_MS);
  }
  return undefined;
}
