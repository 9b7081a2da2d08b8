// Rows about the event store alone: one event an append, 64 callers, 3,200 streams.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { comparison } from '../row.mjs';
import { Contender } from '../stand/contender.mjs';

const COUNT = {
  throughline: 'SELECT count(*) FROM append_bench.event',
  plain: 'SELECT count(*) FROM event',
  emmett: 'SELECT count(*) FROM emt_messages',
};
const NAMES = Object.keys(COUNT);
const database = (name) => `append_${name}`;

export class Appends {
  #contenders = {};
  #appended = Object.fromEntries(NAMES.map((name) => [name, 0]));
  #rounds = [];

  static async open(stand) {
    const appends = new Appends();
    appends.stand = stand;
    const keys = join(stand.folder, 'append-keys');
    mkdirSync(keys);
    for (const name of NAMES) {
      appends.#contenders[name] = await Contender.start(`append-${name}.mjs`, { url: await stand.create(database(name)), keys });
      await appends.#cell(name, { seconds: 1 });
    }
    return appends;
  }

  async round(number, plan) {
    const round = {};
    for (const name of number % 2 ? NAMES.toReversed() : NAMES) round[name] = await this.#cell(name, plan);
    this.#rounds.push(round);
    for (const [name, { rate, p99, cpu }] of Object.entries(round)) console.log(`  append    ${name.padEnd(11)} ${Math.round(rate)}/s  p99 ${p99.toFixed(1)} ms  CPU us/event ${Math.round(cpu)} Node`);
  }

  rows() {
    const against = (peer) => this.#rounds.map((round) => ({ ours: round.throughline.rate, peer: round[peer].rate }));
    const row = (peer) => comparison(`append, 64 callers, events/s : ${peer}`, against(peer), { gate: null, stretch: null, better: 'higher' });
    return [row('plain'), row('emmett')].map((each) => ({ ...each, what: each.what.replace(': plain', ': a plain statement an event') }));
  }

  /** Throws where a store holds another number of events than it said. */
  async checkCounts() {
    for (const name of NAMES) {
      const stored = await this.stand.count(database(name), COUNT[name]);
      if (stored !== this.#appended[name]) throw new Error(`counts do not add up: ${name} appended ${this.#appended[name]}, stored ${stored}`);
    }
    return { ...this.#appended };
  }

  /** What the hash chain and the table of ids answer in our own store. */
  verify() {
    return this.#contenders.throughline.ask('verify');
  }

  async #cell(name, { seconds, profile }) {
    const contender = this.#contenders[name];
    const { appended, seconds: took, p99, cpu } = await contender.measured(() => contender.ask('run', { seconds }), profile, `append-${name}`);
    this.#appended[name] += appended;
    return { rate: appended / took, p99, cpu: cpu / appended };
  }
}
