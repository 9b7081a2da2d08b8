// How long after its 2xx an interaction can be read through the profile API, at a steady 200 a second.
import { setTimeout as wait } from 'node:timers/promises';
import { ask, call } from '../../tools/clients/api.mjs';
import { alone } from '../row.mjs';
import { percentile } from '../statistics.mjs';

const PER_SECOND = 200;
/** Of a run with cells of 4 s, 30 s in all. */
const SECONDS_PER_CELL_SECOND = 7.5;

export class AtOnce {
  #times = [];

  constructor(product) {
    this.product = product;
  }

  async round(_number, { seconds, rounds }) {
    const count = Math.ceil((PER_SECOND * seconds * SECONDS_PER_CELL_SECOND) / rounds);
    const started = performance.now();
    const posted = [];
    for (let n = 0; n < count; n += 1) {
      const due = started + (n * 1000) / PER_SECOND;
      if (due > performance.now()) await wait(due - performance.now());
      posted.push(this.#follow(JSON.parse(this.product.supply.next())));
    }
    const times = await Promise.all(posted);
    this.#times.push(...times);
    console.log(`  at once   ${count} at ${PER_SECOND}/s: p50 ${percentile(times, 0.5).toFixed(1)} p99 ${percentile(times, 0.99).toFixed(1)} ms`);
  }

  rows() {
    const row = (what, share) => alone(`2xx to readable at ${PER_SECOND}/s, ${what}, ms`, percentile(this.#times, share), 'lower');
    return [row('p50', 0.5), row('p99', 0.99)];
  }

  /** Ms from the 202 until the API says `applied`; then the timeline must show it, which is not timed. */
  async #follow(interaction) {
    const { interactionId } = await ask(this.product, 'POST', '/v1/interactions', interaction);
    const accepted = performance.now();
    this.product.supply.acknowledged += 1;
    const { status, body } = await call(this.product, 'GET', `/v1/interactions/${interactionId}?wait=30000`);
    const readable = performance.now();
    if (status !== 200 || body.state !== 'applied') throw new Error(`an interaction was not applied within 30 s: ${status} ${body?.state}`);
    const { items } = await ask(this.product, 'GET', `/v1/customers/${body.customerId}/timeline?limit=5`);
    if (!items.some(({ id }) => id === interactionId)) throw new Error('an interaction is said to be applied and is not in its timeline');
    return readable - accepted;
  }
}
