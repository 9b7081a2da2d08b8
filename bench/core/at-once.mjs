// How long after its 2xx an interaction can be read through the profile API, at a steady 200 a second.
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { alone } from '../row.mjs';
import { percentile } from '../statistics.mjs';

const PER_SECOND = 200;
/** Of a run with cells of 4 s, 30 s in all. */
const SECONDS_PER_CELL_SECOND = 7.5;
/** Each interaction's state is asked for; every tenth is looked for in its timeline too. */
const SHOWN_EVERY = 10;
const TRIES = 3;

export class AtOnce {
  #times = [];
  #agent = new Agent({ keepAlive: true });

  constructor(product) {
    this.product = product;
  }

  async round(_number, { seconds, rounds }) {
    const count = Math.ceil((PER_SECOND * seconds * SECONDS_PER_CELL_SECOND) / rounds);
    const started = performance.now();
    const failures = [];
    const followed = [];
    for (let n = 0; n < count && failures.length === 0; n += 1) {
      const due = started + (n * 1000) / PER_SECOND;
      if (due > performance.now()) await wait(due - performance.now());
      followed.push(this.#follow(this.product.supply.next(), n % SHOWN_EVERY === 0).catch((error) => failures.push(error)));
    }
    const times = await Promise.all(followed);
    if (failures.length > 0) throw failures[0];
    this.#times.push(...times);
    console.log(`  at once   ${count} at ${PER_SECOND}/s: p50 ${percentile(times, 0.5).toFixed(1)} p99 ${percentile(times, 0.99).toFixed(1)} ms`);
  }

  rows() {
    const row = (what, share) => alone(`2xx to readable at ${PER_SECOND}/s, ${what}, ms`, percentile(this.#times, share), 'lower');
    return [row('p50', 0.5), row('p99', 0.99)];
  }

  /** Ms from the 202 until the API says `applied`; the look into the timeline is not timed. */
  async #follow(interaction, shown) {
    const { interactionId } = await this.#call('POST', '/v1/interactions', interaction);
    const accepted = performance.now();
    this.product.supply.acknowledged += 1;
    const { state, customerId } = await this.#call('GET', `/v1/interactions/${interactionId}?wait=30000`);
    const readable = performance.now();
    if (state !== 'applied') throw new Error(`an interaction was not applied within 30 s but is ${state}`);
    if (shown) await this.#look(interactionId, customerId);
    return readable - accepted;
  }

  async #look(interactionId, customerId) {
    const { items } = await this.#call('GET', `/v1/customers/${customerId}/timeline?limit=5`);
    if (!items.some(({ id }) => id === interactionId)) throw new Error('an interaction is said to be applied and is not in its timeline');
  }

  /** As a gateway does: where the connection breaks the same again, which has no second effect. A process too busy to take connections lets some break. */
  async #call(method, path, body) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#send(method, path, body);
      } catch (error) {
        if (error.code !== 'ECONNRESET' || attempt === TRIES) throw error;
      }
    }
  }

  /** By node:http: at this rate `fetch` would take more of the machine than what it measures. */
  #send(method, path, body) {
    const { url, apiKey } = this.product;
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${apiKey}`, ...(body && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }) };
      const call = request(url + path, { method, headers, agent: this.#agent }, async (answer) => {
        const told = await text(answer);
        if (answer.statusCode < 300) resolve(JSON.parse(told));
        else reject(new Error(`${method} ${path.split('?')[0]}: ${answer.statusCode} ${told}`));
      });
      call.on('error', reject);
      call.end(body);
    });
  }
}
