// How far a product is, read from its tables. The only file that knows what they are called.
import { untilReached } from '../stand/patience.mjs';

const END_OF_LOG = 'SELECT e.xid::text, e.n::text FROM profile.event e ORDER BY e.xid DESC, e.n DESC LIMIT 1';
const APPENDED_SINCE = 'SELECT count(*) FROM profile.event WHERE (xid, n) > ($1::xid8, $2::bigint)';
const PUBLISHED = `SELECT count(*) FROM profile.event WHERE (xid, n) <= (
  SELECT split_part(position, '.', 2)::xid8, split_part(position, '.', 3)::bigint FROM profile.subscription WHERE name = 'relay')`;
const ITEMS = 'SELECT count(*) FROM profile.timeline_item';

export class Progress {
  #mark = { xid: '0', n: '-1' };
  #before = 0;

  constructor(stand, database) {
    Object.assign(this, { stand, database });
  }

  /** Resolves when so many interactions, counted from the database's beginning, stand in the log and in the timelines. */
  async untilReadable(total) {
    // What was there before is not counted again each time: the cell pays for the question.
    const appended = async () => this.#before + (await this.#count(APPENDED_SINCE, [this.#mark.xid, this.#mark.n]));
    await untilReached(appended, total, `${this.database}: interactions in the log`);
    await untilReached(() => this.#count(ITEMS), total, `${this.database}: interactions in the timelines`);
    [this.#mark] = await this.stand.ask(this.database, END_OF_LOG);
    this.#before = total;
  }

  /** Resolves when all that stands in the log is published on `timeline` too: the product is at rest. */
  async untilPublished() {
    await untilReached(() => this.#count(PUBLISHED), this.#before, `${this.database}: events published`);
  }

  /** Rows as they lie there. A customer met for the first time has a segment and a wrapped key. */
  async stored() {
    const count = (table) => this.#count(`SELECT count(*) FROM profile.${table}`);
    return { events: await count('event'), bodies: await count('event_body'), items: await count('timeline_item'), segments: await count('segment'), keys: await count('segment_key') };
  }

  #count(text, values) {
    return this.stand.count(this.database, text, values);
  }
}
