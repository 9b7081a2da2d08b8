// The row about making every read model again from the log, while the product runs.
import { join } from 'node:path';
import { CUSTOMERS } from '../load/interactions.mjs';
import { comparison } from '../row.mjs';
import { Contender } from '../stand/contender.mjs';
import { loginOf } from './distributed.mjs';
import { startEmbedded } from './embedded.mjs';
import { tellProduct } from './safety.mjs';

const PER_POST = 100;
const GATE = { gate: 0.35, stretch: 0.8, better: 'higher' };

/** What a rebuild must leave as it was: every row of the read models but what is sealed, which is sealed anew. */
const FINGERPRINT = `SELECT
  (SELECT sum(hashtextextended(i::text, 0)) FROM profile.timeline_item i) AS items,
  (SELECT sum(hashtextextended(s::text, 0)) FROM profile.segment_summary s) AS summaries,
  (SELECT sum(hashtextextended(concat_ws('|', tenant, segment, identity_hash, generation, namespace, verified, customer, first_position, first_event, first_at), 0)) FROM profile.segment) AS segments,
  (SELECT sum(hashtextextended(l::text, 0)) FROM profile.segment_link l) AS links`;

export class Rebuild {
  #rounds = [];

  static async open(stand, { replayed }) {
    const part = new Rebuild();
    part.stand = stand;
    part.product = await (await startEmbedded(stand, 'rebuilt')).ready();
    await part.product.meetCustomers();
    const posts = Math.ceil(Math.max(0, replayed - CUSTOMERS) / PER_POST);
    if (posts > 0) await part.product.send({ perPost: PER_POST, connections: Math.min(8, posts), count: posts * PER_POST });
    await part.product.untilReadable();
    await part.product.untilQuiet();
    part.events = part.product.supply.made;
    const { dataDir } = part.product;
    part.rebuild = await Contender.start('rebuild.mjs', { url: await loginOf(stand, 'profile', 'rebuilt'), keys: join(dataDir, 'keys'), blobs: join(dataDir, 'blobs') });
    part.cursor = await Contender.start('raw-cursor.mjs', { url: await stand.create('cursor'), count: part.events });
    part.before = await part.#fingerprint();
    return part;
  }

  async round(number, plan) {
    const cells = [() => this.#ours(plan), () => this.#peer(plan)];
    const measured = {};
    for (const cell of number % 2 ? cells.toReversed() : cells) Object.assign(measured, await cell());
    this.#rounds.push(measured);
    console.log(`  ${this.events} events replayed at ${Math.round(measured.ours)}/s; raw cursor ${Math.round(measured.peer)}/s; CPU us/event ${Math.round(measured.cpu / this.events)} Node`);
  }

  rows() {
    const note = `${this.events.toLocaleString('en')} events of ${CUSTOMERS.toLocaleString('en')} customers; the product runs beside it, nothing is posted meanwhile`;
    return [comparison('rebuild, product running, events/s : raw cursor, JSON parsed', this.#rounds, { ...GATE, note })];
  }

  async checkCounts() {
    await tellProduct(this.product);
    const { events, items } = await this.product.progress.stored();
    for (const [what, count] of Object.entries({ events, items })) this.product.supply.check(`rebuilt, ${what}`, count);
    return { events, items };
  }

  async #ours({ profile }) {
    const { seconds, cpu } = await this.rebuild.measured(() => this.rebuild.ask('run'), profile, 'rebuild');
    const after = await this.#fingerprint();
    if (after !== this.before) throw new Error(`a rebuild made other read models: ${this.before} before, ${after} after`);
    return { ours: this.events / seconds, cpu };
  }

  async #peer({ seconds }) {
    const { read, seconds: took } = await this.cursor.ask('run', { seconds });
    return { peer: read / took };
  }

  async #fingerprint() {
    return JSON.stringify((await this.stand.ask('rebuilt', FINGERPRINT))[0]);
  }
}
