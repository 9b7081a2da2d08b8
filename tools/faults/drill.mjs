// One drill: load on every door, the fault, its end, the first new event, and what the ledger says of it all.
import { setTimeout as wait } from 'node:timers/promises';
import { check } from '../ledger/check.mjs';
import { Load } from '../ledger/load.mjs';
import { items, makePlan } from '../ledger/plan.mjs';
import { total } from '../ledger/ledger.mjs';
import { firstNewEvent } from './recovery.mjs';

const CUSTOMERS = 10;
const WARM = 60;
const WARM_LIMIT_MS = 60_000;
const AFTER_MS = 2_000;
const LAST_TRIES_MS = 90_000;
const PATIENCE_MS = 60_000;
const LIMIT_MS = 10_000;

function* endless(plan) {
  for (const item of items(plan, Infinity)) yield { item, again: false };
}

/**
 * @param drill { name, holdMs, begin(load), hold?(load), end(), over?(), judge?(row) }: `hold` instead of a time; `over` resolves
 *   where what was hurt answers again; `judge` may add `note` and say what is lost rightly.
 * @returns a row of the table
 */
export async function runDrill(product, drill, rate) {
  const plan = makePlan({ run: Date.now().toString(36), now: Date.now(), customers: CUSTOMERS, count: Infinity });
  const load = (await Load.open(product.demo, plan)).start(endless(plan), rate);
  await Promise.race([load.reached(WARM), wait(WARM_LIMIT_MS)]);
  const before = { ...load.refusals.counts };
  const deaths = product.deaths;
  const times = await hurt(product, drill, load, plan.run);
  await wait(AFTER_MS);
  await load.stop(LAST_TRIES_MS);
  const { verdict } = await check(product.demo, load.lanes, PATIENCE_MS).catch((error) => ({ verdict: { unread: error.message } }));
  const row = { ...times, ...verdict, drill: drill.name, acknowledged: total(load.lanes, 'acknowledged'), refused: minus(load.refusals.counts, before), restarts: product.deaths - deaths, left: load.lanes.reduce((sum, { open }) => sum + open.size, 0) };
  await drill.judge?.(row);
  return { ...row, good: isGood(row) };
}

async function hurt(product, drill, load, tag) {
  const { demo } = product;
  await drill.begin(load);
  try {
    await (drill.hold?.(load) ?? wait(drill.holdMs));
  } finally {
    await drill.end();
  }
  const ended = performance.now();
  const over = Promise.resolve(drill.over?.()).then(() => performance.now() - ended);
  const recoveryMs = await firstNewEvent(demo, `${tag}-new`);
  return { recoveryMs, overMs: drill.over && Math.min(await over, recoveryMs ?? Infinity) };
}

const minus = (counts, before) => Object.fromEntries(Object.entries(counts).map(([what, count]) => [what, count - (before[what] ?? 0)]).filter(([, count]) => count > 0));

/** In time counted from the moment that what was hurt answers again: a server's own start is not ours to shorten. */
const isGood = ({ recoveryMs, overMs = 0, lost, excused = 0, doubled, changed, misplaced, unsorted, backwards, left, bad }) =>
  recoveryMs !== undefined && recoveryMs - overMs <= LIMIT_MS && lost <= excused && [doubled, changed, misplaced, unsorted, backwards, left].every((count) => count === 0) && !bad;
