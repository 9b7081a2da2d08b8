// How long after its 2xx an interaction can be read through the profile API, at a steady 300 a second, in both modes.
import { setTimeout as wait } from 'node:timers/promises';
import { HttpCalls } from '../load/http-call.mjs';
import { alone } from '../row.mjs';
import { percentile } from '../statistics.mjs';
import { startDistributed } from './distributed.mjs';
import { startEmbedded } from './embedded.mjs';
import { tellProduct } from './safety.mjs';

const PER_SECOND = 300;
/** Each interaction's state is asked for; every tenth is looked for in its timeline too. */
const SHOWN_EVERY = 10;
const P99 = { gate: 1_000, stretch: 150 };

export class AtOnce {
  /** Nothing is compared, so each mode runs once and without a pause. */
  rounds = 1;
  #measured = [];

  static async open(stand) {
    const part = new AtOnce();
    part.products = [await startEmbedded(stand, 'once_embedded'), await startDistributed(stand, 'once_distributed')];
    for (const product of part.products) await (await product.ready()).meetCustomers();
    return part;
  }

  async round(_number, { steady }) {
    for (const product of this.products) {
      const result = await steadily(product, Math.ceil(PER_SECOND * steady));
      this.#measured.push({ product, ...result });
      const { times, perSecond } = result;
      const [p50, p99, most] = [0.5, 0.99, 1].map((share) => percentile(times, share).toFixed(1));
      console.log(`  ${product.name}: ${times.length} at ${perSecond.toFixed(1)}/s: p50 ${p50} p99 ${p99} longest ${most} ms`);
    }
  }

  rows() {
    return this.#measured.flatMap(({ product, times, perSecond, seconds }) => {
      const note = `${times.length.toLocaleString('en')} interactions in ${Math.round(seconds)} s, ${perSecond.toFixed(1)} a second`;
      const row = (what, share, limits) => alone(`2xx to readable at ${PER_SECOND}/s, ${product.name.split('_')[1]}, ${what}, ms`, percentile(times, share), 'lower', { ...limits, note });
      return [row('p50', 0.5), row('p99', 0.99, P99)];
    });
  }

  async checkCounts() {
    const counted = {};
    for (const product of this.products) {
      await tellProduct(product);
      const { events, items } = await product.progress.stored();
      for (const [what, count] of Object.entries({ events, items })) product.supply.check(`${product.name}, ${what}`, count);
      counted[product.name] = items;
    }
    return counted;
  }
}

/** Posts at a steady rate, whatever the answers do, and follows each interaction. */
async function steadily(product, count) {
  const calls = new HttpCalls(product.apiKey);
  const started = performance.now();
  const failures = [];
  const followed = [];
  for (let n = 0; n < count && failures.length === 0; n += 1) {
    const due = started + (n * 1000) / PER_SECOND;
    if (due > performance.now()) await wait(due - performance.now());
    followed.push(follow(calls, product, product.supply.next(), n % SHOWN_EVERY === 0).catch((error) => failures.push(error)));
  }
  const seconds = (performance.now() - started) / 1000;
  const times = await Promise.all(followed);
  calls.close();
  if (failures.length > 0) throw failures[0];
  return { times, seconds, perSecond: count / seconds };
}

/** Ms from the 202 until the API says `applied`; the look into the timeline is not timed. */
async function follow(calls, { doorUrl, readUrl, supply }, interaction, shown) {
  const { interactionId } = await calls.call('POST', `${doorUrl}/v1/interactions`, interaction);
  const accepted = performance.now();
  supply.acknowledged += 1;
  const { state, customerId } = await calls.call('GET', `${readUrl}/v1/interactions/${interactionId}?wait=30000`);
  const readable = performance.now();
  if (state !== 'applied') throw new Error(`an interaction was not applied within 30 s but is ${state}`);
  if (shown) await look(calls, readUrl, interactionId, customerId);
  return readable - accepted;
}

async function look(calls, readUrl, interactionId, customerId) {
  const { items } = await calls.call('GET', `${readUrl}/v1/customers/${customerId}/timeline?limit=5`);
  if (!items.some(({ id }) => id === interactionId)) throw new Error('an interaction is said to be applied and is not in its timeline');
}
