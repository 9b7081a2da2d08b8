// Rows about a subscriber: what it misses and finds out of order while two processes append, and how quickly it catches up
// with a long log and with a short one.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { comparison } from '../row.mjs';
import { Contender } from '../stand/contender.mjs';

const LIVE = 'subscriber';
const WRITERS = 2;
const CALLERS = 32;
const LENGTHS = [100_000, 1_000_000];
/** Events that are read, at the end of each log. */
const WINDOW = 100_000;
const SETTLE_LIMIT_MS = 60_000;

/** Events as the log has them, of 600 sealed bytes; hashes are none. Made by the server, past the walls. */
const FILL = [
  `INSERT INTO append_bench.event (xid, n, version, group_start, occurred_at, recorded_at, tenant, stream, id, type, key, envelope, chain)
   SELECT '3', n, 1 + n / 3200, 1 + n / 3200, 1767225600000 + n, 1767225600000 + n, '00000000-0000-4000-8000-000000000001',
     ('00000000-0000-4000-8000-' || lpad((n % 3200)::text, 12, '0'))::uuid, gen_random_uuid(), 'message.received', '', convert_to(repeat('e', 200), 'UTF8'), ''
   FROM generate_series(0, $1::bigint - 1) n`,
  `INSERT INTO append_bench.event_body SELECT n, tenant, 'bench', '', convert_to(repeat(n::text || ' ', 80), 'UTF8') FROM append_bench.event`,
  `SELECT setval('append_bench.log_n', $1::bigint - 1)`,
];

const log = (length) => `log_${length}`;

export class Subscriber {
  #writers = [];
  #logs = {};
  #rounds = [];
  #appended = 0;

  static async open(stand) {
    const part = new Subscriber();
    part.stand = stand;
    const url = await stand.create(LIVE);
    part.follower = await Contender.start('subscriber.mjs', { url });
    for (let writer = 0; writer < WRITERS; writer += 1) {
      const keys = join(stand.folder, `subscriber-keys-${writer}`);
      mkdirSync(keys);
      part.#writers.push(await Contender.start('append-throughline.mjs', { url, keys }));
    }
    await part.follower.ask('follow');
    for (const length of LENGTHS) await part.#fill(length);
    return part;
  }

  async round(number, { seconds }) {
    const cells = await Promise.all(this.#writers.map((writer) => writer.ask('run', { seconds, callers: CALLERS })));
    this.#appended += cells.reduce((sum, { appended }) => sum + appended, 0);
    await this.#settled();
    const round = {};
    for (const length of number % 2 ? LENGTHS.toReversed() : LENGTHS) {
      const { events, seconds: took } = await this.#logs[length].ask('catchUp', { skip: length - WINDOW - 1, count: WINDOW });
      round[length] = events / took;
    }
    this.#rounds.push(round);
    const { events, inversions } = await this.follower.ask('seen');
    console.log(`  subscriber ${this.#appended} appended, ${events} seen, ${inversions} out of order; catch-up ${LENGTHS.map((length) => `${Math.round(round[length])}/s of ${length}`).join(', ')}`);
  }

  rows() {
    const none = (what, count) => ({ what, ours: count, peer: null, ratio: count, gate: 0, stretch: 0, better: 'lower' });
    const [short, long] = LENGTHS;
    const pairs = this.#rounds.map((round) => ({ ours: round[long], peer: round[short] }));
    return [
      none('subscriber under 64 writers in two processes: lost', this.lost),
      none('subscriber under 64 writers in two processes: out of order in a stream', this.inversions),
      comparison(`subscriber's catch-up, log of ${long} : of ${short}, events/s`, pairs, { gate: 0.8, stretch: 0.95, better: 'higher' }),
    ];
  }

  /** Throws where the log holds another number of events than was appended. */
  async checkCounts() {
    const stored = await this.stand.count(LIVE, 'SELECT count(*) FROM append_bench.event');
    if (stored !== this.#appended) throw new Error(`counts do not add up: appended ${this.#appended}, stored ${stored}`);
    const { events, inversions } = await this.follower.ask('seen');
    Object.assign(this, { lost: stored - events, inversions });
    return { subscriber: stored, seen: events };
  }

  async #fill(length) {
    this.#logs[length] = await Contender.start('subscriber.mjs', { url: await this.stand.create(log(length)) });
    for (const statement of FILL) await this.stand.ask(log(length), statement, statement.includes('$1') ? [length] : []);
    await this.stand.ask(log(length), 'VACUUM ANALYZE append_bench.event, append_bench.event_body');
  }

  /** Waits until the subscriber has seen all, or no more comes. */
  async #settled() {
    const limit = performance.now() + SETTLE_LIMIT_MS;
    while ((await this.follower.ask('seen')).events < this.#appended && performance.now() < limit) await wait(50);
  }
}
