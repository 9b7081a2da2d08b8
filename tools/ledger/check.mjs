// Reads every customer of a load back through the public API and holds it against the ledger.
import { setTimeout as wait } from 'node:timers/promises';
import { canonical, digestOf, readCustomer } from './answers.mjs';
import { hashOf } from './ledger.mjs';

const AT_ONCE = 8;

const places = (position) => position.split('.').map(BigInt);
const before = (a, b) => {
  const [x, y] = [places(a), places(b)];
  const i = x.findIndex((part, at) => part !== y[at]);
  return i >= 0 && x[i] < y[i];
};
/** Pairs of neighbours for which `wrong` holds. */
const neighbours = (list, wrong) => list.filter((item, i) => i > 0 && wrong(list[i - 1], item)).length;

function judgeLane(lane, items) {
  const own = items.filter((item) => item.source.service === lane.spec.door && lane.knows(lane.opened.id(item)));
  const counts = Map.groupBy(own, (item) => lane.opened.id(item));
  const read = lane.acknowledged.filter(({ id }) => counts.has(id));
  return {
    lost: lane.acknowledged.length - read.length,
    doubled: own.length - counts.size,
    changed: read.filter(({ id, hash }) => hashOf(lane.opened.content(counts.get(id)[0])) !== hash).length,
    // What a lane was acknowledged first stands first in the log.
    misplaced: neighbours(read.map(({ id }) => counts.get(id)[0].position), (a, b) => !before(a, b)),
    known: own.length,
  };
}

/** A timeline sorts by (occurredAt, the provider's sequence, id); the sequence is not shown, and calls alone have one here. */
const outOfOrder = (a, b) => a.occurredAt > b.occurredAt || (a.occurredAt === b.occurredAt && a.source.service === 'ingest' && b.source.service === 'ingest' && a.id >= b.id);

function judge(lanes, { items }) {
  const verdicts = lanes.map((lane) => judgeLane(lane, items));
  const inLog = items.toSorted((a, b) => (before(a.position, b.position) ? -1 : 1));
  return {
    ...sum(verdicts),
    strangers: items.length - verdicts.reduce((count, { known }) => count + known, 0),
    unsorted: neighbours(items, outOfOrder),
    // `recordedAt` never falls along the log.
    backwards: neighbours(inLog.map(({ recordedAt }) => recordedAt), (a, b) => b < a),
  };
}

const NOTHING = { lost: 0, doubled: 0, changed: 0, misplaced: 0, strangers: 0, unsorted: 0, backwards: 0 };
const sum = (verdicts) => Object.fromEntries(Object.keys(NOTHING).map((key) => [key, verdicts.reduce((total, verdict) => total + (verdict[key] ?? 0), 0)]));

/** One customer's lanes against her answers, read again until nothing is lost or the patience is over. */
async function judgeCustomer(demo, [name, lanes], end) {
  const { identity, drawn } = lanes[0].opened;
  for (;;) {
    const answers = (await readCustomer(demo, identity)) ?? { profile: { identities: [] }, items: [] };
    const verdict = judge(lanes, answers);
    if (verdict.lost === 0 || Date.now() > end) return { name, verdict, text: canonical(answers, drawn) };
    await wait(500);
  }
}

/** The verdict over all lanes, and the canonical answers by customer, once all that was acknowledged is readable or `patienceMs` are over. */
export async function check(demo, lanes, patienceMs) {
  const end = Date.now() + patienceMs;
  const waiting = [...Map.groupBy(lanes, ({ spec }) => spec.customer)];
  const done = [];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) done.push(await judgeCustomer(demo, next, end));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  done.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { verdict: sum(done.map(({ verdict }) => verdict)), answers: new Map(done.map(({ name, text }) => [name, text])) };
}

export const clean = (verdict) => Object.values(verdict).every((count) => count === 0);

/** One hash over every customer's answers. */
export const hashOfAnswers = (answers) => digestOf([...answers].map(([name, text]) => `${name} ${digestOf(text)}`).join('\n'));
