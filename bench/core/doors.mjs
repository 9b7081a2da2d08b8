// Rows about the door: how fast it accepts durably, alone and with the store applying beside it, and what a request costs.
import { CUSTOMERS, Interactions } from '../load/interactions.mjs';
import { postFor } from '../load/http-load.mjs';
import { comparison } from '../row.mjs';
import { Contender } from '../stand/contender.mjs';
import { startProduct } from './product.mjs';

const GATES = {
  1: { accept: { gate: 0.9, stretch: 1.5 }, sustained: { gate: 0.4, stretch: 0.9 }, cpu: { gate: 2.2, stretch: 1.5 } },
  100: { accept: { gate: 1.5, stretch: 2.2 }, sustained: { gate: 0.25, stretch: 0.45 }, cpu: { gate: 3.5, stretch: 2 } },
};

export class Doors {
  #measured = { 1: [], 100: [] };

  static async open(stand, plan) {
    const doors = new Doors();
    doors.stand = stand;
    doors.accept = await startProduct(stand, 'accept', ['admin', 'ingest'], plan);
    doors.whole = await startProduct(stand, 'whole', 'all', plan);
    doors.insert = await peer('fastify-insert.mjs', { url: await stand.create('insert') }, plan);
    doors.bare = await peer('fastify-bare.mjs', {}, plan);
    await doors.#meetCustomers();
    for (const perPost of [1, 100]) for (const door of [doors.accept, doors.insert, doors.bare]) await doors.#load(door, perPost, 1);
    return doors;
  }

  /** One round: every contender once with 1 interaction a POST, once with 100; every other round the other way about. */
  async round(number, { seconds }) {
    for (const perPost of [1, 100]) {
      const cells = [['accept', () => this.#load(this.accept, perPost, seconds)], ['insert', () => this.#load(this.insert, perPost, seconds)], ['bare', () => this.#load(this.bare, perPost, seconds)], ['sustained', () => this.#sustain(perPost, seconds)]];
      const round = {};
      for (const [name, cell] of number % 2 ? cells.toReversed() : cells) round[name] = await cell();
      this.#measured[perPost].push(round);
      tell(perPost, round);
    }
  }

  rows() {
    return [1, 100].flatMap((perPost) => {
      const rounds = this.#measured[perPost];
      const { accept, sustained, cpu } = GATES[perPost];
      const each = perPost === 1 ? '1 a POST' : `${perPost} a POST`;
      const pairs = (ours, peer, of) => rounds.map((round) => ({ ours: of(round[ours]), peer: of(round[peer]) }));
      return [
        comparison(`accept, ${each}, interactions/s : Fastify + pg`, pairs('accept', 'insert', (cell) => cell.rate), { ...accept, better: 'higher' }),
        comparison(`sustained until applied, ${each}, interactions/s : Fastify + pg`, pairs('sustained', 'insert', (cell) => cell.rate), { ...sustained, better: 'higher' }),
        comparison(`accept, ${each}, server CPU us/request : bare Fastify + ajv`, pairs('accept', 'bare', (cell) => cell.cpuPerPost), { ...cpu, better: 'lower' }),
      ];
    });
  }

  /** Throws where a contender stored less than it acknowledged, or anything that it was not sent, or the product lost one on its way. */
  async checkCounts() {
    const { events, items } = await this.whole.applied();
    const stored = { accept: await this.accept.accepted(), whole: await this.whole.accepted(), events, items, insert: await this.stand.count('insert', 'SELECT count(*) FROM event') };
    for (const [what, count] of Object.entries(stored)) (this[what] ?? this.whole).supply.check(what, count);
    return stored;
  }

  /** Every customer is known before the first cell: most interactions come from customers met before. */
  async #meetCustomers() {
    const { supply } = this.whole;
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${this.whole.apiKey}` };
    for (let met = 0; met < CUSTOMERS; met += 500) {
      const answer = await fetch(`${this.whole.url}/v1/interactions/batch`, { method: 'POST', headers, body: supply.body(500) });
      if (answer.status !== 200) throw new Error(`the first interactions were answered with ${answer.status}`);
      await answer.arrayBuffer();
    }
    supply.acknowledged += supply.made;
    await this.whole.untilPublished();
  }

  async #load(door, perPost, seconds) {
    const before = { cpu: await door.cpu(), postgres: this.stand.cpu() };
    const load = await postFor(door, door.supply, { perPost, seconds });
    const cpuPerPost = ((await door.cpu()) - before.cpu) / load.posts;
    const postgresPerPost = (this.stand.cpu() - before.postgres) / load.posts;
    door.supply.acknowledged += load.accepted;
    return { ...load, cpuPerPost, postgresPerPost, rate: load.accepted / load.seconds };
  }

  /** All that was accepted, divided by the time from the first POST until the last of it could be read: what the process can keep up. */
  async #sustain(perPost, seconds) {
    const started = performance.now();
    const since = () => (performance.now() - started) / 1000;
    const cpu = await this.whole.cpu();
    const postgres = this.stand.cpu();
    const load = await this.#load(this.whole, perPost, seconds);
    await this.whole.untilApplied();
    const applied = since();
    await this.whole.untilPublished();
    return {
      ...load,
      cpuPerPost: ((await this.whole.cpu()) - cpu) / load.posts,
      postgresPerPost: (this.stand.cpu() - postgres) / load.posts,
      acceptedRate: load.rate,
      rate: load.accepted / applied,
      publishedRate: load.accepted / since(),
    };
  }
}

async function peer(file, given, { profile }) {
  const contender = await Contender.start(file, given, { profile });
  return { url: contender.ready.url, supply: new Interactions(file), cpu: () => contender.ask('cpu') };
}

const round = (value) => Math.round(value).toLocaleString('en');

function tell(perPost, cells) {
  for (const [name, { rate, p50, p99, cpuPerPost, postgresPerPost, acceptedRate, publishedRate }] of Object.entries(cells)) {
    const more = acceptedRate ? `; accepted ${round(acceptedRate)}/s, published too ${round(publishedRate)}/s` : '';
    const cpu = `CPU us/interaction ${round(cpuPerPost / perPost)} Node + ${round(postgresPerPost / perPost)} PostgreSQL`;
    console.log(`  ${name.padEnd(9)} ${String(perPost).padStart(3)} a POST ${round(rate).padStart(7)}/s  p50 ${p50} p99 ${p99} ms  ${cpu}${more}`);
  }
}
