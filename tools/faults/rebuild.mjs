// Every read model is dropped and made again beside the live one, under load: every public read goes on and says the same.
import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { call } from '../clients/api.mjs';
import { digestOf, readCustomer } from '../ledger/answers.mjs';
import { check, hashOfAnswers } from '../ledger/check.mjs';
import { Load } from '../ledger/load.mjs';
import { items, makePlan } from '../ledger/plan.mjs';

const HISTORY = 2_000;
const CUSTOMERS = 20;
const AROUND_MS = 1_000;
const PATIENCE_MS = 60_000;

/** The one place that knows how a rebuild is asked for. Resolves to its exit code and what it printed. */
async function rebuild(product) {
  const child = spawn('npm', ['run', '--silent', 'throughline', '--', 'rebuild', 'profile'], { env: product.env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (output += piece));
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, output };
}

export default { name: 'rebuild', modes: ['embedded', 'distributed'], needs: 'plain', run };

async function run({ product }, rate) {
  const { demo } = product;
  const settled = await history(demo);
  const other = await load(demo, Infinity);
  other.start(entries(other.plan, Infinity), rate);
  const before = await readings(demo, settled);
  const reading = readOn(demo, before);
  await wait(AROUND_MS);
  const started = performance.now();
  const { code, output } = await rebuild(product);
  const seconds = (performance.now() - started) / 1000;
  await wait(AROUND_MS);
  const { reads, failed, different } = await reading.stop();
  await other.stop(PATIENCE_MS);
  const { verdict, answers } = await check(demo, settled.lanes, PATIENCE_MS);
  const { verdict: beside } = await check(demo, other.lanes, PATIENCE_MS);
  if (code !== 0 && /Missing script/.test(output)) return { drill: '', skipped: 'there is no command `throughline rebuild` yet' };
  const same = hashOfAnswers(answers) === hashOfAnswers(settled.answers);
  const good = code === 0 && failed === 0 && different === 0 && same && [verdict, beside].every((each) => Object.values(each).every((count) => count === 0));
  const note = `${reads} reads beside a rebuild of ${seconds.toFixed(1)} s: ${failed} failed, ${different} said something else; answers before and after ${same ? 'equal' : 'DIFFERENT'}; exit code ${code}`;
  return { ...beside, drill: 'profile', refused: other.refusals.counts, lost: verdict.lost + beside.lost, doubled: verdict.doubled + beside.doubled, recoveryMs: 0, restarts: 0, note, good };
}

function* entries(plan, count) {
  for (const item of items(plan, count)) yield { item, again: false };
}

async function load(demo, count) {
  const plan = makePlan({ run: `${Date.now().toString(36)}${count === Infinity ? 'x' : 'h'}`, now: Date.now() - (count === Infinity ? 0 : 60_000), customers: CUSTOMERS, count });
  return Object.assign(await Load.open(demo, plan), { plan });
}

/** Customers whose history is over: what is read of them must not change. */
async function history(demo) {
  const own = await load(demo, HISTORY);
  await own.start(entries(own.plan, HISTORY), Infinity).finished();
  const { answers } = await check(demo, own.lanes, PATIENCE_MS);
  return { lanes: own.lanes, answers };
}

/** Every public read of these customers, with the hash of what it says now. */
async function readings(demo, { lanes }) {
  const customers = [...Map.groupBy(lanes, ({ spec }) => spec.customer).values()].map(([lane]) => lane.opened.identity);
  const all = [];
  for (const identity of customers) {
    const { profile, items: timeline } = await readCustomer(demo, identity);
    const own = `/v1/customers/${profile.customerId}`;
    const text = `${identity.namespace}:${identity.value}`;
    all.push(
      ['POST', '/v1/customers/lookup', { identities: [identity] }],
      ['GET', `/v1/customers?identity=${encodeURIComponent(text)}`],
      ['GET', own],
      ...['?limit=20', '?order=asc&limit=20', '?channel=phone', '?type=message.received&limit=10', `?to=${timeline.at(-1).occurredAt}&limit=10`].map((query) => ['GET', `${own}/timeline${query}`]),
      ['GET', `/v1/interactions/${timeline[0].id}`],
    );
  }
  return Promise.all(all.map(async (request) => ({ request, hash: await answerHash(demo, request) })));
}

/** Undefined where it was no 200. Cursors are signed anew each time, and mean the same. */
async function answerHash(demo, [method, path, body]) {
  const answer = await call(demo, method, path, body).catch(() => ({ status: 0 }));
  return answer.status === 200 ? digestOf(JSON.stringify(answer.body, (key, value) => (key === 'next' || key === 'previous' ? value !== null : value))) : undefined;
}

function readOn(demo, all) {
  const counts = { reads: 0, failed: 0, different: 0 };
  let on = true;
  const work = async (offset) => {
    for (let n = offset; on; n += 1) {
      const { request, hash } = all[n % all.length];
      const now = await answerHash(demo, request);
      counts.reads += 1;
      if (now === undefined) counts.failed += 1;
      else if (now !== hash) counts.different += 1;
    }
  };
  const done = Promise.all([0, 1, 2, 3].map((worker) => work(Math.floor((worker * all.length) / 4))));
  return { stop: async () => ((on = false), await done, counts) };
}
