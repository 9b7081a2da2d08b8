// Rows about the event store alone: one event a call by many callers, and many events a call.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { comparison } from '../row.mjs';
import { Contender } from '../stand/contender.mjs';

const COUNT = {
  throughline: 'SELECT count(*) FROM append_bench.event',
  emmett: 'SELECT count(*) FROM emt_messages',
  copy: 'SELECT count(*) FROM event',
};
const NAMES = Object.keys(COUNT);
const database = (name) => `append_${name}`;

/** By name: who, what it is asked, with what. */
const CELLS = {
  'ours 64': ['throughline', 'run', { callers: 64 }],
  'emmett 64': ['emmett', 'run', { callers: 64 }],
  'ours hot': ['throughline', 'run', { callers: 64, streams: 1 }],
  'ours 64 dup': ['throughline', 'run', { callers: 64, duplicates: 0.3, stale: 0.01 }],
  'ours 16': ['throughline', 'run', { callers: 16 }],
  'emmett 16': ['emmett', 'run', { callers: 16 }],
  'ours 1': ['throughline', 'run', { callers: 1 }],
  'emmett 1': ['emmett', 'run', { callers: 1 }],
  'copy bulk': ['copy', 'bulk', { streams: 1_000 }],
  'ours bulk': ['throughline', 'bulk', { streams: 1_000 }],
  'ours bulk dup': ['throughline', 'bulk', { streams: 1_000, duplicates: 0.3, stale: 0.01 }],
  'ours bulk one': ['throughline', 'bulk', { streams: 1 }],
  'copy bulk one': ['copy', 'bulk', { streams: 1 }],
};

/** What, ours, the peer's cell, gate, stretch; of p99 lower is better. */
const ROWS = [
  ['append, 64 callers, events/s : emmett', 'ours 64', 'emmett 64', 'rate', 4, 7],
  ['append, 64 callers, p99 ms : emmett', 'ours 64', 'emmett 64', 'p99', 1 / 3, 1 / 5],
  ['append, 16 callers, events/s : emmett', 'ours 16', 'emmett 16', 'rate', 2.8, 4.5],
  ['append, 1 caller, events/s : emmett', 'ours 1', 'emmett 1', 'rate', 0.9, 1.4],
  ['append, one hot stream, 64 callers, events/s : over 3,200 streams', 'ours hot', 'ours 64', 'rate', 0.7, 0.95],
  ['append, 64 callers, 30 % duplicates, 1 % stale, events answered/s : without', 'ours 64 dup', 'ours 64', 'rate', 0.6, 0.9],
  ['append of 1,000 over 1,000 streams, events/s : COPY text', 'ours bulk', 'copy bulk', 'rate', 0.35, 0.55],
  ['append of 1,000 to one stream, events/s : COPY text', 'ours bulk one', 'copy bulk one', 'rate', 0.42, 0.7],
  ['append of 1,000, 30 % duplicates, 1 % stale, events answered/s : without', 'ours bulk dup', 'ours bulk', 'rate', 0.6, 0.9],
];

export class Appends {
  databases = [database('throughline')];
  #contenders = {};
  #appended = Object.fromEntries(NAMES.map((name) => [name, 0]));
  #rounds = [];

  static async open(stand) {
    const appends = new Appends();
    appends.stand = stand;
    const keys = join(stand.folder, 'append-keys');
    mkdirSync(keys);
    for (const name of NAMES) appends.#contenders[name] = await Contender.start(`append-${name}.mjs`, { url: await stand.create(database(name)), keys });
    for (const cell of Object.keys(CELLS)) await appends.#cell(cell, { seconds: 1 });
    return appends;
  }

  async round(number, plan) {
    const round = {};
    const cells = Object.keys(CELLS);
    for (const cell of number % 2 ? cells.toReversed() : cells) round[cell] = await this.#cell(cell, plan);
    this.#rounds.push(round);
    for (const [cell, { rate, p99, cpu, postgres }] of Object.entries(round)) {
      console.log(`  append    ${cell.padEnd(14)} ${String(Math.round(rate)).padStart(6)}/s  p99 ${p99.toFixed(1)} ms  CPU us/event ${Math.round(cpu)} Node + ${Math.round(postgres)} PostgreSQL`);
    }
  }

  rows() {
    return ROWS.map(([what, ours, peer, measure, gate, stretch]) => {
      const pairs = this.#rounds.map((round) => ({ ours: round[ours][measure], peer: round[peer][measure] }));
      return comparison(what, pairs, { gate, stretch, better: measure === 'p99' ? 'lower' : 'higher' });
    });
  }

  /** Throws where a store holds another number of events than it said. */
  async checkCounts() {
    const outcomes = await this.#contenders.throughline.ask('outcomes');
    const answered = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
    const expected = { ...this.#appended, throughline: outcomes.appended };
    if (answered !== this.#appended.throughline || outcomes.conflict > 0) throw new Error(`answers do not add up: ${JSON.stringify({ ...outcomes, asked: this.#appended.throughline })}`);
    for (const name of NAMES) {
      const stored = await this.stand.count(database(name), COUNT[name]);
      if (stored !== expected[name]) throw new Error(`counts do not add up: ${name} appended ${expected[name]}, stored ${stored}`);
    }
    return { ...expected, duplicates: outcomes.duplicate, refused: outcomes.refused };
  }

  /** What the hash chain and the table of ids answer in our own store. */
  verify() {
    return this.#contenders.throughline.ask('verify');
  }

  async #cell(cell, { seconds, profile }) {
    const [name, what, given] = CELLS[cell];
    const contender = this.#contenders[name];
    const before = this.stand.cpu();
    const { appended, seconds: took, p99, cpu } = await contender.measured(() => contender.ask(what, { ...given, seconds }), profile, `append-${cell.replaceAll(' ', '-')}`);
    this.#appended[name] += appended;
    return { rate: appended / took, p99, cpu: cpu / appended, postgres: (this.stand.cpu() - before) / appended };
  }
}
