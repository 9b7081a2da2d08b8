// A product on the bench's PostgreSQL, in a database of its own, with its demo tenant.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { call } from '../../tools/clients/api.mjs';
import { Interactions } from '../load/interactions.mjs';
import { Contender } from '../stand/contender.mjs';

const READY_LIMIT_MS = 120_000;
const DRAIN_LIMIT_MS = 600_000;
const LOOK_MS = 20;

/** @param services 'all', or the names of those that shall run */
export async function startProduct(stand, database, services) {
  const dataDir = join(stand.folder, database);
  mkdirSync(dataDir);
  const env = { DATABASE_URL: await stand.create(database), DATA_DIR: dataDir, PORT: '0', SMTP_PORT: '0', LOG_LEVEL: 'warn', KAFKA_BROKERS: '' };
  const contender = await Contender.start('throughline.mjs', { services }, env);
  const product = new Product(stand, database, contender);
  await until(() => existsSync(join(dataDir, 'demo.json')), READY_LIMIT_MS, `${database} has no demo tenant`);
  product.apiKey = JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8')).apiKey;
  await until(() => product.takes(), READY_LIMIT_MS, `${database} takes nothing`);
  return product;
}

class Product {
  constructor(stand, database, contender) {
    Object.assign(this, { stand, database, contender, url: contender.ready.url, publicUrl: contender.ready.url, supply: new Interactions(database) });
  }

  /** The demo account is known at the door, so it refuses an empty interaction for what it lacks. */
  async takes() {
    const { status } = await call(this, 'POST', '/v1/interactions', {});
    return status === 400;
  }

  /** Interactions on the bus. */
  accepted() {
    return this.stand.count(this.database, `SELECT count(*) FROM bus.message WHERE topic = 'interactions'`);
  }

  /** What is in the log and in the timelines. */
  async applied() {
    const events = await this.stand.count(this.database, 'SELECT count(*) FROM profile.event');
    return { events, items: await this.stand.count(this.database, 'SELECT count(*) FROM profile.timeline_item') };
  }

  /** Resolves when everything accepted is applied: when the group has committed the newest message. */
  async untilApplied() {
    const [{ xid, n }] = await this.#ask(`SELECT xid::text, n FROM bus.message WHERE topic = 'interactions' ORDER BY topic DESC, xid DESC, n DESC LIMIT 1`);
    const reached = `SELECT (xid, n) >= ($1::xid8, $2::bigint) AS done FROM bus.checkpoint WHERE group_name = 'profile' AND topic = 'interactions'`;
    await this.#until(reached, [xid, n]);
  }

  /** Resolves when everything applied is published on `timeline` too. */
  async untilPublished() {
    const [{ xid, n }] = await this.#ask('SELECT xid::text, n FROM profile.event ORDER BY xid DESC, n DESC LIMIT 1');
    const reached = `SELECT (split_part(position, '.', 2)::xid8, split_part(position, '.', 3)::bigint) >= ($1::xid8, $2::bigint) AS done FROM profile.subscription WHERE name = 'relay'`;
    await this.#until(reached, [xid, n]);
  }

  #ask(text, values) {
    return this.stand.ask(this.database, text, values);
  }

  /** The questions are cheap ones: what asks shares the server with what is measured. */
  #until(question, values) {
    return until(async () => (await this.#ask(question, values))[0]?.done, DRAIN_LIMIT_MS, `${this.database} does not get done`);
  }
}

async function until(done, limitMs, otherwise) {
  for (const end = Date.now() + limitMs; !(await done()); await wait(LOOK_MS)) if (Date.now() > end) throw new Error(otherwise);
}
