// Reads every lane back through the public API and holds it against the ledger.
import { setTimeout as wait } from 'node:timers/promises';
import { lookup, pages } from '../clients/api.mjs';
import { hashOf } from './ledger.mjs';

async function readLane(demo, { door, identity }) {
  const customer = await lookup(demo, identity.namespace, identity.value);
  if (!customer) return [];
  const items = [];
  for await (const item of pages(demo, `/v1/customers/${customer.customerId}/timeline?order=asc`)) {
    items.push({ id: door.id(item), hash: hashOf(door.content(item)), position: item.position });
  }
  return items;
}

const places = (position) => position.split('.').map(BigInt);
const before = (a, b) => {
  const [x, y] = [places(a), places(b)];
  const i = x.findIndex((part, at) => part !== y[at]);
  return i >= 0 && x[i] < y[i];
};

function judge(lane, items) {
  const seen = new Map();
  for (const item of items) seen.set(item.id, (seen.get(item.id) ?? 0) + 1);
  const byId = new Map(items.map((item) => [item.id, item]));
  const read = lane.acknowledged.map(({ id }) => byId.get(id)).filter(Boolean);
  return {
    lost: lane.acknowledged.filter(({ id }) => !byId.has(id)).length,
    changed: lane.acknowledged.filter(({ id, hash }) => byId.has(id) && byId.get(id).hash !== hash).length,
    doubled: [...seen.values()].reduce((sum, count) => sum + count - 1, 0),
    strangers: items.filter(({ id }) => !lane.acknowledged.some((entry) => entry.id === id)).length,
    // The order acknowledged must be the order of the timeline and of the log.
    misplaced: read.filter((item, i) => i > 0 && (items.indexOf(item) < items.indexOf(read[i - 1]) || !before(read[i - 1].position, item.position))).length,
  };
}

const add = (a, b) => Object.fromEntries(Object.keys(a).map((key) => [key, a[key] + b[key]]));

async function judgeAll(demo, lanes) {
  let sum = { lost: 0, changed: 0, doubled: 0, strangers: 0, misplaced: 0 };
  for (const lane of lanes) sum = add(sum, judge(lane, await readLane(demo, lane)));
  return sum;
}

/** The verdict once everything acknowledged is readable, or after `patienceMs` of waiting for it. */
export async function check(demo, lanes, patienceMs) {
  const end = Date.now() + patienceMs;
  for (;;) {
    const verdict = await judgeAll(demo, lanes);
    if (verdict.lost === 0 || Date.now() > end) return verdict;
    await wait(500);
  }
}
