// A running product with its demo tenant, whichever mode it runs in.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { call } from '../../tools/clients/api.mjs';
import { CUSTOMERS, Interactions } from '../load/interactions.mjs';
import { postFor } from '../load/http-load.mjs';
import { untilSo } from '../stand/patience.mjs';
import { Progress } from './progress.mjs';

const READY_LIMIT_MS = 180_000;

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
    await this.send({ perPost: 500, connections: 2, count: CUSTOMERS });
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

  #door() {
    return { publicUrl: this.doorUrl, apiKey: this.apiKey };
  }

  /** The demo account is known at the door, so it refuses an empty interaction for what it lacks. */
  async #takes() {
    const { status } = await call(this.#door(), 'POST', '/v1/interactions', {});
    return status === 400;
  }
}
