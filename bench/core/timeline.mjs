// Rows about a page of a timeline, over HTTP: does it cost more where the store is large or the page lies deep?
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HttpCalls } from '../load/http-call.mjs';
import { comparison } from '../row.mjs';
import { Contender } from '../stand/contender.mjs';
import { percentile } from '../statistics.mjs';
import { loginOf } from './distributed.mjs';
import { restartEmbedded, startEmbedded } from './embedded.mjs';
import { tellProduct } from './safety.mjs';

const EACH = 100;
const SMALL = { customers: 10, deep: 0 };
const PAGE = 50;
const SERVICES = ['admin', 'ingest', 'profile'];
/** Places around the middle of the long timeline. */
const PLACES = 20;
const FEWEST_PAGES = 100;
const WARM_UP_PAGES = 100;
const KINDS = ['small', 'large', 'front', 'deep'];

export class Timeline {
  #rounds = [];

  static async open(stand, { events }) {
    const part = new Timeline();
    // One customer has a tenth of all events, so that a page can lie deep.
    const deep = EACH * Math.max(1, Math.floor(events / 10 / EACH));
    part.small = await filled(stand, 'timeline_small', SMALL);
    part.large = await filled(stand, 'timeline_large', { customers: Math.max(1, Math.floor((events - deep) / EACH)), deep });
    part.depth = deep / 2;
    await part.#findPlaces(deep);
    for (let n = 0; n < WARM_UP_PAGES; n += 1) for (const kind of KINDS) await part.#page(kind);
    console.log(`  stores of ${part.small.events} and ${part.large.events} events, made by COPY with real keys and sealed bodies; a chain made up`);
    return part;
  }

  /** One page of each kind in turn: what else the machine does hits all alike. */
  async round(_number, { seconds }) {
    const times = Object.fromEntries(KINDS.map((kind) => [kind, []]));
    const end = performance.now() + seconds * KINDS.length * 1000;
    while (performance.now() < end || times.deep.length < FEWEST_PAGES) for (const kind of KINDS) times[kind].push(await this.#page(kind));
    this.#rounds.push(times);
    const told = KINDS.map((kind) => `${kind} ${percentile(times[kind], 0.5).toFixed(2)} / ${percentile(times[kind], 0.99).toFixed(2)}`);
    console.log(`  ${times.deep.length} pages of each, p50 / p99 ms: ${told.join(', ')}`);
  }

  rows() {
    const [small, large] = [this.small, this.large].map(({ events }) => events.toLocaleString('en'));
    const note = `${large} events were made by COPY with real keys and sealed bodies; their hash chain is made up`;
    const row = (what, ours, peer, share, limits) =>
      comparison(what, this.#rounds.map((times) => ({ ours: percentile(times[ours], share), peer: percentile(times[peer], share) })), { ...limits, better: 'lower', note });
    const any = (name) => `timeline page of ${PAGE}, any customer, ${large} against ${small} events, ${name} ms`;
    return [
      row(any('p50'), 'large', 'small', 0.5, { gate: 2, stretch: 1.3 }),
      row(any('p99'), 'large', 'small', 0.99, { gate: 3, stretch: 2 }),
      row(`timeline page of ${PAGE}, depth ${this.depth.toLocaleString('en')} against 0, p50 ms`, 'deep', 'front', 0.5, { gate: 1.5, stretch: 1.2 }),
    ];
  }

  /** Throws where a store does not hold what was made. */
  async checkCounts() {
    const counted = {};
    for (const { product, events, customers } of [this.small, this.large]) {
      await tellProduct(product, { madeUp: true });
      const stored = await product.progress.stored();
      if ([stored.events, stored.bodies, stored.items].some((count) => count !== events) || stored.segments < customers.length) {
        throw new Error(`counts do not add up (${product.name}): ${events} made, stored ${JSON.stringify(stored)}`);
      }
      counted[product.name] = stored;
    }
    return counted;
  }

  /** Cursors at places of the long timeline: the API gives one after the last item before a time. */
  async #findPlaces(deep) {
    const { product, fill, long } = this.large;
    const step = Math.max(1, Math.floor((this.depth - PAGE) / PLACES / 10));
    this.places = [];
    for (let n = 0; n < PLACES; n += 1) {
      const to = new Date(await fill.ask('timeAtDepth', Math.min(this.depth + n * step, deep - PAGE - 1))).toISOString();
      const { next } = await this.large.calls.call('GET', `${product.readUrl}/v1/customers/${long}/timeline?limit=1&to=${to}`);
      this.places.push(encodeURIComponent(next));
    }
    await fill.stop();
  }

  /** Ms of a page. Throws where it is not full, or an item could not be opened. */
  async #page(kind) {
    const { calls, product, customers, long } = kind === 'small' ? this.small : this.large;
    const any = (list) => list[Math.floor(Math.random() * list.length)];
    const customer = kind === 'small' || kind === 'large' ? any(customers) : long;
    const cursor = kind === 'deep' ? `&cursor=${any(this.places)}` : '';
    const started = performance.now();
    const { items } = await calls.call('GET', `${product.readUrl}/v1/customers/${customer}/timeline?limit=${PAGE}${cursor}`);
    const took = performance.now() - started;
    if (items.length !== PAGE || items.some(({ content }) => !content.text)) throw new Error(`a page (${kind}) has ${items.length} items, or one without its text`);
    return took;
  }
}

/** A product whose log and read models are filled while it does not run. */
async function filled(stand, name, { customers, deep }) {
  const first = await (await startEmbedded(stand, name, { services: SERVICES })).ready();
  await first.stop();
  const { tenantId: tenant } = JSON.parse(readFileSync(join(first.dataDir, 'demo.json'), 'utf8'));
  const given = { url: stand.url(name), login: await loginOf(stand, 'profile', name), keys: join(first.dataDir, 'keys'), folder: join(stand.folder, `${name}_rows`), tenant, customers, each: EACH, deep };
  const fill = await Contender.start('fill-timeline.mjs', given);
  if (deep === 0) await fill.stop();
  const product = await (await restartEmbedded(stand, name, { services: SERVICES })).ready();
  return { product, fill, ...fill.ready, calls: new HttpCalls(product.apiKey) };
}
