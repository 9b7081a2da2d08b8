// A running product with its demo tenant, whichever mode it runs in.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { call } from '../../tools/clients/api.mjs';
import { CUSTOMERS, Interactions } from '../load/interactions.mjs';
import { postFor } from '../load/http-load.mjs';
import { untilSo } from '../stand/patience.mjs';
import { Progress } from './progress.mjs';

const READY_LIMIT_MS = 180_000;
const MEET_AT_ONCE = 250;
const MEET_ATTEMPTS = 10;
const MEET_AGAIN_MS = 1_000;

export class Product {
  /**
   * @param parts name; stand; dataDir (holds demo.json); doorUrl (where interactions are posted); readUrl (where timelines are
   * read); database (that of the profile); contenders (its processes, by name); supply (what is posted to it)
   */
  constructor(parts) {
    Object.assign(this, { supply: new Interactions(parts.name), ...parts });
    this.progress = new Progress(this.stand, this.database);
  }

  /** Resolves when it takes interactions. */
  async ready() {
    const file = join(this.dataDir, 'demo.json');
    await untilSo(() => existsSync(file), READY_LIMIT_MS, `${this.name} has no demo tenant`);
    this.apiKey = JSON.parse(readFileSync(file, 'utf8')).apiKey;
    await untilSo(() => this.#takes(), READY_LIMIT_MS, `${this.name} takes nothing`);
    return this;
  }

  get processes() {
    return Object.values(this.contenders);
  }

  /** @param load perPost, connections, seconds or count */
  send(load) {
    return postFor({ url: this.doorUrl, apiKey: this.apiKey }, this.supply, load);
  }

  /** Resolves when all that was made can be read. */
  untilReadable() {
    return this.progress.untilReadable(this.supply.made);
  }

  untilQuiet() {
    return this.progress.untilPublished();
  }

  /** Every known customer writes once, so that she is known. */
  async meetCustomers() {
    for (let met = 0; met < CUSTOMERS; met += MEET_AT_ONCE) await this.#introduce(this.supply.body(MEET_AT_ONCE));
    this.supply.acknowledged += this.supply.made;
    await this.untilReadable();
    await this.untilQuiet();
  }

  /** Posts the first interaction once more. The same answer, and, as the count of rows says later, no second effect. */
  async postAgain() {
    const { status, body } = await call(this.#door(), 'POST', '/v1/interactions', JSON.parse(this.supply.first));
    return status === 202 ? body.interactionId : undefined;
  }

  async stop() {
    await Promise.all(this.processes.map((contender) => contender.stop()));
  }

  /** As a gateway does: on 503 the same again after a while. New brokers and servers are slow at first, and nothing is measured yet. */
  async #introduce(body) {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${this.apiKey}` };
    for (let attempt = 1; ; attempt += 1) {
      const answer = await fetch(`${this.doorUrl}/v1/interactions/batch`, { method: 'POST', headers, body });
      const told = await answer.text();
      if (answer.status === 200 && !told.includes('"rejected"')) return;
      if (answer.status !== 503 || attempt === MEET_ATTEMPTS) throw new Error(`${this.name}: the first interactions were answered with ${answer.status} ${told.slice(0, 200)}`);
      await wait(MEET_AGAIN_MS);
    }
  }

  #door() {
    return { publicUrl: this.doorUrl, apiKey: this.apiKey };
  }

  /** The demo account is known at the door, so it refuses an empty interaction for what it lacks. */
  async #takes() {
    const { status } = await call(this.#door(), 'POST', '/v1/interactions', {}).catch(() => ({ status: undefined }));
    return status === 400;
  }
}
