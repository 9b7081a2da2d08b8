// What is sent, as plain data that comes out the same for the same seed: customers, their lanes (one identity at one door),
// and the interactions in their true order.
import { seeded } from './seeded.mjs';

/** The part of the interactions that goes through each door. */
const SHARES = [
  ['ingest', 0.6],
  ['phone', 0.15],
  ['social', 0.15],
  ['email', 0.05],
  ['web-chat', 0.05],
];
const MOST_CUSTOMERS = 200;
const SLOTS = 40_000;
const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
/** Every so many posts of a customer who also mails, the gateway vouches for her address: her two identities become one customer. */
const VOUCH_EVERY = 7;
/** Every so many posts have the time of the one before: then the id decides the order. */
const TIE_EVERY = 10;

/** @param options.run names this input; @param options.now Unix ms: everything lies before it. `count` may be Infinity: see `items`. */
export function makePlan({ run, now, count, customers = customersFor(count) }) {
  const slot = Math.floor(now / SECOND_MS) % SLOTS;
  const phone = (n) => `+1415${2_000_000 + slot * MOST_CUSTOMERS + n}`;
  const lanes = Array.from({ length: customers }, (_, n) => lanesOf(run, n, phone(n))).flat();
  const chats = Math.max(2, Math.floor(customers / 10));
  for (let n = 0; n < chats; n += 1) lanes.push({ door: 'web-chat', customer: `visitor ${n}`, tag: `${run}-v${n}` });
  const first = Math.floor(now / SECOND_MS) * SECOND_MS - HOUR_MS - (Number.isFinite(count) ? count : 24 * 3600) * SECOND_MS;
  return { run, lanes, first, seed: slot };
}

const customersFor = (count) => Math.min(MOST_CUSTOMERS, Math.max(20, Math.ceil(count / 500)));

/** One customer: always at the generic door, and by her number or address at one more. The same number is the same customer at every door. */
function lanesOf(run, n, number) {
  const phone = { namespace: 'phone', value: number };
  const email = { namespace: 'email', value: `ledger-${run}-${n}@sender.example` };
  const lane = (door, identity, more) => ({ door, customer: `customer ${n}`, tag: `${run}-${door[0]}${n}`, identity, ...more });
  if (n % 5 === 2) return [lane('ingest', phone, { vouched: { ...email, verified: true } }), lane('email', email)];
  return [lane('ingest', phone), ...(n % 5 < 2 ? [lane('social', phone)] : n % 5 === 3 ? [lane('phone', phone)] : [])];
}

/** The interactions in their true order, a second apart: providers tell seconds, and the timeline sorts by what they tell. */
export function* items({ lanes, first, seed }, count) {
  const random = seeded(seed);
  const byDoor = Map.groupBy(lanes, ({ door }) => door);
  const state = new Map(lanes.map((lane) => [lane, { n: 0, at: 0 }]));
  for (let k = 0; k < count; k += 1) {
    const own = byDoor.get(doorAt(random()));
    yield itemOf(own[Math.floor(random() * own.length)], state, first + k * SECOND_MS);
  }
}

function doorAt(chance) {
  let sum = 0;
  return SHARES.find(([, share]) => (sum += share) > chance)?.[0] ?? 'ingest';
}

function itemOf(lane, state, time) {
  const own = state.get(lane);
  const n = own.n;
  const tie = lane.door === 'ingest' && n % TIE_EVERY === TIE_EVERY - 1;
  const at = tie ? own.at : time;
  state.set(lane, { n: n + 1, at });
  const content = lane.door === 'phone' ? ((n % 3000) + 1) * 1000 : `ledger ${lane.tag} item ${n}`;
  const vouched = lane.vouched && n % VOUCH_EVERY === 0 ? lane.vouched : undefined;
  return { lane, n, id: idOf(lane, n), content, at: new Date(at), vouched };
}

const idOf = ({ door, tag }, n) => {
  if (door === 'phone') return `CA${tag}-${n}`;
  if (door === 'social') return `wamid.${tag}.${n}`;
  return door === 'email' ? `${tag}-${n}@sender.example` : `${tag}-${n}`;
};
