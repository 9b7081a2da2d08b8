// Rows from the POST until it can be read: through Kafka into the store and the timelines, identities resolved.
import { CUSTOMERS, Interactions } from '../load/interactions.mjs';
import { comparison } from '../row.mjs';
import { Contender } from '../stand/contender.mjs';
import { startDistributed } from './distributed.mjs';
import { startEmbedded } from './embedded.mjs';
import { EachMessagePeer, RawPeer } from './kafka-peers.mjs';
import { tellProduct } from './safety.mjs';

/** One interaction in ten comes from somebody nobody has met: her segment and her key are made, wrapped and stored. */
const NEW_EVERY = 10;
const CONNECTIONS = { 1: 256, 100: 32 };
const NAMES = { 1: ['distributed', 'raw', 'eachMessage', 'embedded'], 100: ['distributed', 'raw', 'embedded'] };
const WARM_UP = { seconds: 2 };

const ROWS = [
  { perPost: 1, ours: 'distributed', peer: 'raw', than: 'raw kafkajs(1000) -> unnest', gate: 0.2, stretch: 0.33 },
  { perPost: 100, ours: 'distributed', peer: 'raw', than: 'raw kafkajs(1000) -> unnest', gate: 0.4, stretch: 0.65 },
  { perPost: 1, ours: 'distributed', peer: 'eachMessage', than: 'eachMessage + one row', gate: 2, stretch: 3.5 },
  { perPost: 1, ours: 'embedded', peer: 'distributed', than: 'distributed', gate: 0.8, stretch: 1.4 },
  { perPost: 100, ours: 'embedded', peer: 'distributed', than: 'distributed', gate: 0.65, stretch: 1.1 },
];

export class EndToEnd {
  #measured = { 1: [], 100: [] };

  static async open(stand) {
    const part = new EndToEnd();
    part.stand = stand;
    const supply = (name) => ({ supply: new Interactions(name, { newEvery: NEW_EVERY, strangersFrom: CUSTOMERS }) });
    part.distributed = await (await startDistributed(stand, 'distributed', supply('distributed'))).ready();
    part.embedded = await (await startEmbedded(stand, 'embedded', supply('embedded'))).ready();
    part.raw = await RawPeer.open(stand);
    part.eachMessage = await EachMessagePeer.open(stand);
    for (const product of [part.distributed, part.embedded]) await product.meetCustomers();
    for (const perPost of [1, 100]) for (const name of NAMES[perPost]) await part.#cell(name, perPost, WARM_UP);
    return part;
  }

  async round(number, plan) {
    for (const perPost of [1, 100]) {
      const names = NAMES[perPost];
      const round = {};
      for (const name of number % 2 ? names.toReversed() : names) round[name] = await this.#cell(name, perPost, plan);
      this.#measured[perPost].push(round);
      for (const name of names) tell(name, perPost, round[name]);
    }
  }

  rows() {
    const path = { distributed: 'HTTP -> Kafka -> timeline', embedded: 'embedded, HTTP -> timeline' };
    return ROWS.map(({ perPost, ours, peer, than, ...limits }) => {
      const rounds = this.#measured[perPost].map((round) => ({ ours: round[ours].rate, peer: round[peer].rate }));
      return comparison(`${path[ours]}, ${perPost} a POST, interactions/s : ${than}`, rounds, { ...limits, better: 'higher', note: firstContacts(this[ours].supply) });
    });
  }

  /** Throws where anything was lost or doubled, or other customers were met than wrote. */
  async checkCounts() {
    const counted = { raw: await this.raw.check(), eachMessage: await this.eachMessage.check() };
    for (const product of [this.distributed, this.embedded]) counted[product.name] = await checkProduct(product);
    return counted;
  }

  async #cell(name, perPost, { seconds, profile }) {
    const line = this[name];
    const postgres = this.stand.cpu();
    const cell = await Contender.measured(line.processes, () => throughAndThrough(line, { perPost, connections: CONNECTIONS[perPost], seconds }), profile, `end-to-end-${name}-${perPost}`);
    return { ...cell, postgres: this.stand.cpu() - postgres };
  }
}

/** The time is that from the first POST until the last of all could be read. */
async function throughAndThrough(line, load) {
  const started = performance.now();
  const sent = await line.send(load);
  const sentSeconds = (performance.now() - started) / 1000;
  await line.untilReadable();
  const seconds = (performance.now() - started) / 1000;
  await line.untilQuiet();
  return { ...sent, sentSeconds, seconds, rate: sent.accepted / seconds };
}

async function checkProduct(product) {
  await tellProduct(product);
  const { events, bodies, items, segments, keys } = await product.progress.stored();
  for (const [what, count] of Object.entries({ events, bodies, items })) product.supply.check(`${product.name}, ${what}`, count);
  const met = CUSTOMERS + product.supply.strangers;
  if (segments !== met || keys !== met) throw new Error(`${product.name}: ${met} customers wrote, ${segments} are known and ${keys} have a key`);
  console.log(`  ${product.name}: ${firstContacts(product.supply)}`);
  return { events, items, segments };
}

const firstContacts = ({ made, strangers }) => `${strangers.toLocaleString('en')} of ${(made - CUSTOMERS).toLocaleString('en')} interactions were first contacts, ${CUSTOMERS.toLocaleString('en')} customers were known before`;

const whole = (value) => Math.round(value).toLocaleString('en');

function tell(name, perPost, { accepted, rate, sentSeconds, refused, cpu, postgres }) {
  const used = `CPU us/interaction ${whole(cpu / accepted)} Node + ${whole(postgres / accepted)} PostgreSQL`;
  const again = refused ? `; ${refused} POSTs were answered with 503 and posted again` : '';
  console.log(`  ${name.padEnd(11)} ${String(perPost).padStart(3)} a POST ${whole(rate).padStart(7)}/s readable  (taken ${whole(accepted / sentSeconds)}/s)  ${used}${again}`);
}
