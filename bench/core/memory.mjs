// Rows about memory: what a service holds after many interactions while its consumer stands still, and while it catches up.
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { alone } from '../row.mjs';
import { startDistributed } from './distributed.mjs';
import { startEmbedded } from './embedded.mjs';
import { tellProduct } from './safety.mjs';

const PER_POST = 100;
const CONNECTIONS = 8;
const LOOK_MS = 200;
const MB = 1e6;
const LIMITS = { gate: 512, stretch: 256 };

/** Lets readers pass and no writer: the profile takes nothing into its log, as where its database hangs. It draws no transaction id, so it holds nobody else back. */
const STALL = 'BEGIN; LOCK TABLE profile.event IN EXCLUSIVE MODE';

export class Memory {
  rounds = 1;
  #held = [];

  static async open(stand) {
    const part = new Memory();
    part.stand = stand;
    part.products = [await startEmbedded(stand, 'memory_embedded'), await startDistributed(stand, 'memory_distributed')];
    for (const product of part.products) await (await product.ready()).meetCustomers();
    return part;
  }

  async round(_number, { stalled }) {
    const count = PER_POST * Math.ceil(stalled / PER_POST / CONNECTIONS) * CONNECTIONS;
    for (const product of this.products) await this.#measure(product, count);
  }

  rows() {
    return this.#held.map(({ mode, name, phase, count, most }) =>
      alone(`RSS at most, ${mode}, ${name}, ${phase} ${count.toLocaleString('en')} interactions, MB`, most / MB, 'lower', LIMITS));
  }

  async checkCounts() {
    const counted = {};
    for (const product of this.products) {
      await tellProduct(product);
      const { events, items } = await product.progress.stored();
      for (const [what, stored] of Object.entries({ events, items })) product.supply.check(`${product.name}, ${what}`, stored);
      counted[product.name] = items;
    }
    return counted;
  }

  async #measure(product, count) {
    const release = await this.#stall(product);
    const before = await product.progress.stored();
    await this.#phase(product, 'consumer stalled, after', count, () => product.send({ perPost: PER_POST, connections: CONNECTIONS, count }));
    const after = await product.progress.stored();
    if (after.events !== before.events) throw new Error(`${product.name}: the consumer was not stalled`);
    await release();
    await this.#phase(product, 'catching up on', count, () => product.untilReadable());
    await product.untilQuiet();
  }

  /** Keeps the most that each process of the product held while `work` ran. */
  async #phase(product, phase, count, work) {
    const mode = product.name.split('_')[1];
    const names = Object.keys(product.contenders);
    const most = Object.fromEntries(names.map((name) => [name, 0]));
    let working = true;
    const looking = (async () => {
      do {
        for (const name of names) most[name] = Math.max(most[name], await product.contenders[name].ask('rss'));
        await wait(LOOK_MS);
      } while (working);
    })();
    const started = performance.now();
    await Promise.all([looking, work().finally(() => (working = false))]);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`  ${mode}, ${phase} ${count} (${seconds} s): RSS at most ${names.map((name) => `${name} ${Math.round(most[name] / MB)}`).join(', ')} MB`);
    // What admin holds has nothing to do with how much is posted.
    for (const name of names.filter((one) => one !== 'admin')) this.#held.push({ mode, name, phase, count, most: most[name] });
  }

  async #stall({ database }) {
    const client = new pg.Client(this.stand.url(database));
    await client.connect();
    await client.query(STALL);
    return async () => {
      await client.query('ROLLBACK');
      await client.end();
    };
  }
}
