// What gateways post: interactions of exactly 600 bytes, whoever the contender is.
export const CUSTOMERS = 10_000;
export const BYTES = 600;

const TEXT = 'Good morning, I wrote on Tuesday about the order that came without its charger. Your colleague promised to send one by Thursday, and today the parcel service says that nothing is on its way to me. Could you please look into it and tell me when I may expect it? Thank you, and kind regards from Oslo. ';

/** Customers everybody has met, and beyond them strangers, each with a number of her own. */
export const phone = (customer) => (customer < CUSTOMERS ? `+1415555${String(customer).padStart(4, '0')}` : `+1212${2_000_000 + customer}`);

/** An endless supply for one contender: every id is new. Bodies are made by joining text, since the load generator shares the machine with what it measures. */
export class Interactions {
  made = 0;
  /** Those that were answered with 2xx. */
  acknowledged = 0;
  /** Customers who first appear here, after the known ones. */
  strangers = 0;
  #text = '';

  /**
   * @param run makes the ids of this supply its own
   * @param newEvery one of so many interactions is a first contact, once `strangersFrom` are made; 0: none is
   */
  constructor(run, { newEvery = 0, strangersFrom = 0 } = {}) {
    Object.assign(this, { run, newEvery, strangersFrom });
    this.#text = TEXT.repeat(2).slice(0, BYTES - this.#json(0, 0, new Date()).length);
  }

  /** Throws where what is stored is not exactly what was made, and all of it acknowledged. */
  check(where, stored) {
    const { made, acknowledged } = this;
    if (stored !== made || acknowledged !== made) throw new Error(`counts do not add up (${where}): made ${made}, acknowledged ${acknowledged}, stored ${stored}`);
  }

  /** One interaction as JSON. */
  next() {
    const n = this.made++;
    const json = this.#json(n, this.#customer(n), new Date());
    this.first ??= json;
    return json;
  }

  /** The body of one POST and how many it holds. */
  body(perPost) {
    return perPost === 1 ? this.next() : `{"interactions":[${Array.from({ length: perPost }, () => this.next()).join(',')}]}`;
  }

  #customer(n) {
    const isNew = this.newEvery > 0 && n >= this.strangersFrom && n % this.newEvery === 0;
    return isNew ? CUSTOMERS + this.strangers++ : n % CUSTOMERS;
  }

  #json(n, customer, at) {
    const id = `${this.run}-${String(n).padStart(9, '0')}`;
    const thread = `thread-${String(n % CUSTOMERS).padStart(4, '0')}`;
    return `{"id":"${id}","account":"acc_api","channel":"in-store","type":"message.received","direction":"inbound","occurredAt":"${at.toISOString()}","identities":[{"namespace":"phone","value":"${phone(customer)}"}],"conversation":"${thread}","content":{"text":"${this.#text}","language":"en"},"data":{"shop":"Oslo 3","till":7}}`;
  }
}

/** Where a POST of so many goes. */
export const pathFor = (perPost) => (perPost === 1 ? '/v1/interactions' : '/v1/interactions/batch');
