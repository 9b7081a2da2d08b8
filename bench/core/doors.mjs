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
const PER_POST = [1, 100];
const NAMES = ['accept', 'insert', 'bare', 'sustained'];
const WARM_UP = { seconds: 2 };

export class Doors {
  #measured = { 1: [], 100: [] };

  static async open(stand) {
    const doors = new Doors();
    doors.stand = stand;
    doors.accept = await startProduct(stand, 'accept', ['admin', 'ingest']);
    doors.whole = await startProduct(stand, 'whole', 'all');
    doors.insert = await peer('fastify-insert.mjs', { url: await stand.create('insert') });
    doors.bare = await peer('fastify-bare.mjs', {});
    await doors.#meetCustomers();
    for (const perPost of PER_POST) for (const name of NAMES) await doors.#cell(name, perPost, WARM_UP);
    return doors;
  }

  /** Every contender once with 1 interaction a POST, once with 100; every other round the other way about. */
  async round(number, plan) {
    for (const perPost of PER_POST) {
      const round = {};
      for (const name of number % 2 ? NAMES.toReversed() : NAMES) round[name] = await this.#cell(name, perPost, plan);
      this.#measured[perPost].push(round);
      for (const name of NAMES) tell(name, perPost, round[name]);
    }
  }

  rows() {
    return PER_POST.flatMap((perPost) => {
      const pairs = (ours, peer, of) => this.#measured[perPost].map((round) => ({ ours: of(round[ours]), peer: of(round[peer]) }));
      const { accept, sustained, cpu } = GATES[perPost];
      return [
        comparison(`accept, ${perPost} a POST, interactions/s : Fastify + pg`, pairs('accept', 'insert', ({ rate }) => rate), { ...accept, better: 'higher' }),
        comparison(`sustained until applied, ${perPost} a POST, interactions/s : Fastify + pg`, pairs('sustained', 'insert', ({ rate }) => rate), { ...sustained, better: 'higher' }),
        comparison(`accept, ${perPost} a POST, server CPU us/request : bare Fastify + ajv`, pairs('accept', 'bare', ({ cpu: used, posts }) => used / posts), { ...cpu, better: 'lower' }),
      ];
    });
  }

  /** Throws where a contender stored another number than it was sent and acknowledged, or the product lost one on its way. */
  async checkCounts() {
    const { events, items } = await this.whole.applied();
    const stored = { accept: await this.accept.accepted(), whole: await this.whole.accepted(), events, items, insert: await this.stand.count('insert', 'SELECT count(*) FROM event') };
    for (const [what, count] of Object.entries(stored)) (this[what] ?? this.whole).supply.check(what, count);
    return stored;
  }

  /** Every customer is known before the first cell: most interactions come from customers met before. */
  async #meetCustomers() {
    const { supply, url, apiKey } = this.whole;
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` };
    for (let met = 0; met < CUSTOMERS; met += 500) {
      const answer = await fetch(`${url}/v1/interactions/batch`, { method: 'POST', headers, body: supply.body(500) });
      if (answer.status !== 200) throw new Error(`the first interactions were answered with ${answer.status}`);
      await answer.arrayBuffer();
    }
    supply.acknowledged += supply.made;
    await this.whole.untilPublished();
  }

  async #cell(name, perPost, { seconds, profile }) {
    const door = name === 'sustained' ? this.whole : this[name];
    const load = () => postFor(door, door.supply, { perPost, seconds });
    const postgres = this.stand.cpu();
    const cell = await door.contender.measured(name === 'sustained' ? () => this.#sustain(load) : load, profile, `${name}-${perPost}`);
    door.supply.acknowledged += cell.accepted;
    return { ...cell, rate: cell.accepted / cell.seconds, postgres: this.stand.cpu() - postgres };
  }

  /** The time is that from the first POST until the last of all could be read: what the process can keep up. */
  async #sustain(load) {
    const started = performance.now();
    const since = () => (performance.now() - started) / 1000;
    const accepting = await load();
    await this.whole.untilApplied();
    const seconds = since();
    await this.whole.untilPublished();
    return { ...accepting, seconds, acceptSeconds: accepting.seconds, publishedSeconds: since() };
  }
}

async function peer(file, given) {
  const contender = await Contender.start(file, given);
  return { contender, url: contender.ready.url, supply: new Interactions(file) };
}

const whole = (value) => Math.round(value).toLocaleString('en');

function tell(name, perPost, { accepted, rate, p50, p99, cpu, postgres, acceptSeconds, publishedSeconds }) {
  const more = acceptSeconds ? `; accepted ${whole(accepted / acceptSeconds)}/s, published too ${whole(accepted / publishedSeconds)}/s` : '';
  const used = `CPU us/interaction ${whole(cpu / accepted)} Node + ${whole(postgres / accepted)} PostgreSQL`;
  console.log(`  ${name.padEnd(9)} ${String(perPost).padStart(3)} a POST ${whole(rate).padStart(7)}/s  p50 ${p50} p99 ${p99} ms  ${used}${more}`);
}
