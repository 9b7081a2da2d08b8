// Rows about the door: how fast it accepts durably, alone and with the store applying beside it, and what a request costs.
import { Interactions } from '../load/interactions.mjs';
import { postFor } from '../load/http-load.mjs';
import { comparison } from '../row.mjs';
import { Contender } from '../stand/contender.mjs';
import { startEmbedded } from './embedded.mjs';
import { tellProduct } from './safety.mjs';

const GATES = {
  1: { accept: { gate: 0.9, stretch: 1.5 }, sustained: { gate: 0.4, stretch: 0.9 }, cpu: { gate: 2.2, stretch: 1.5 } },
  100: { accept: { gate: 1.5, stretch: 2.2 }, sustained: { gate: 0.25, stretch: 0.45 }, cpu: { gate: 3.5, stretch: 2 } },
};
const PER_POST = [1, 100];
const NAMES = ['accept', 'insert', 'bare', 'sustained'];
const CONNECTIONS = 64;
const WARM_UP = { seconds: 2 };
const ON_THE_BUS = `SELECT coalesce(sum(count), 0) FROM bus.message WHERE topic = 'interactions'`;

export class Doors {
  #measured = { 1: [], 100: [] };

  static async open(stand) {
    const doors = new Doors();
    doors.stand = stand;
    doors.accept = await (await startEmbedded(stand, 'accept', { services: ['admin', 'ingest'] })).ready();
    doors.whole = await (await startEmbedded(stand, 'whole')).ready();
    doors.insert = await peer('insert', 'fastify-insert.mjs', { url: await stand.create('insert') });
    doors.bare = await peer('bare', 'fastify-bare.mjs', {});
    // Most interactions come from customers met before; first contacts are measured end to end.
    await doors.whole.meetCustomers();
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
        comparison(`sustained until readable, ${perPost} a POST, interactions/s : Fastify + pg`, pairs('sustained', 'insert', ({ rate }) => rate), { ...sustained, better: 'higher' }),
        comparison(`accept, ${perPost} a POST, server CPU us/request : bare Fastify + ajv`, pairs('accept', 'bare', ({ cpu: used, posts }) => used / posts), { ...cpu, better: 'lower' }),
      ];
    });
  }

  /** Throws where a contender stored another number than it was sent and acknowledged, or the product lost one on its way. */
  async checkCounts() {
    await tellProduct(this.whole);
    const { events, items } = await this.whole.progress.stored();
    const stored = { accept: await this.stand.count('accept', ON_THE_BUS), events, items, insert: await this.stand.count('insert', 'SELECT count(*) FROM event') };
    for (const [what, count] of Object.entries(stored)) (this[what] ?? this.whole).supply.check(what, count);
    this.bare.supply.check('bare Fastify, which stores nothing', this.bare.supply.acknowledged);
    return stored;
  }

  async #cell(name, perPost, { seconds, profile }) {
    const door = name === 'sustained' ? this.whole : this[name];
    const load = () => door.send({ perPost, connections: CONNECTIONS, seconds });
    const postgres = this.stand.cpu();
    const cell = await Contender.measured(door.processes, name === 'sustained' ? () => this.#sustain(load) : load, profile, `${name}-${perPost}`);
    return { ...cell, rate: cell.accepted / cell.seconds, postgres: this.stand.cpu() - postgres };
  }

  /** The time is that from the first POST until the last of all could be read: what the process can keep up. */
  async #sustain(load) {
    const started = performance.now();
    const since = () => (performance.now() - started) / 1000;
    const accepting = await load();
    await this.whole.untilReadable();
    const seconds = since();
    await this.whole.untilQuiet();
    return { ...accepting, seconds, acceptSeconds: accepting.seconds, publishedSeconds: since() };
  }
}

async function peer(name, file, given) {
  const contender = await Contender.start(file, given);
  const supply = new Interactions(name);
  return { processes: [contender], supply, send: (load) => postFor({ url: contender.ready.url }, supply, load) };
}

const whole = (value) => Math.round(value).toLocaleString('en');

function tell(name, perPost, { accepted, rate, p50, p99, refused, cpu, postgres, acceptSeconds, publishedSeconds }) {
  const again = refused ? `; ${refused} POSTs were answered with 503 and posted again` : '';
  const more = acceptSeconds ? `; accepted ${whole(accepted / acceptSeconds)}/s, published too ${whole(accepted / publishedSeconds)}/s` : '';
  const used = `CPU us/interaction ${whole(cpu / accepted)} Node + ${whole(postgres / accepted)} PostgreSQL`;
  console.log(`  ${name.padEnd(9)} ${String(perPost).padStart(3)} a POST ${whole(rate).padStart(7)}/s  p50 ${p50} p99 ${p99} ms  ${used}${more}${again}`);
}
