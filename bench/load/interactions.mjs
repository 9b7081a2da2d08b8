// What gateways post: interactions of about 600 bytes, from 10,000 customers in turn.
export const CUSTOMERS = 10_000;

const TEXT = 'Good morning, I wrote on Tuesday about the order that came without its charger. Your colleague promised to send one by Thursday, and today the parcel service says that nothing is on its way to me. Could you please look into it and tell me when I may expect it? Thank you, and kind regards from Oslo.';

export const phone = (n) => `+1415555${String(n % CUSTOMERS).padStart(4, '0')}`;

/** An endless supply for one contender: every id is new. Bodies are made by joining text, since the load generator shares the machine with what it measures. */
export class Interactions {
  made = 0;
  /** Those that were answered with 2xx. */
  acknowledged = 0;

  /** @param run makes the ids of this supply its own */
  constructor(run) {
    this.run = run;
  }

  /** Throws where what is stored is not exactly what was made, and all of it acknowledged. */
  check(where, stored) {
    const { made, acknowledged } = this;
    if (stored !== made || acknowledged !== made) throw new Error(`counts do not add up (${where}): made ${made}, acknowledged ${acknowledged}, stored ${stored}`);
  }

  /** One interaction as JSON. */
  next() {
    const n = this.made++;
    return `{"id":"${this.run}-${n}","account":"acc_api","channel":"in-store","type":"message.received","direction":"inbound","occurredAt":"${new Date().toISOString()}","identities":[{"namespace":"phone","value":"${phone(n)}"}],"conversation":"thread-${n % CUSTOMERS}","content":{"text":"${TEXT}","language":"en"},"data":{"shop":"Oslo 3","till":7}}`;
  }

  /** The body of one POST and how many it holds. */
  body(perPost) {
    return perPost === 1 ? this.next() : `{"interactions":[${Array.from({ length: perPost }, () => this.next()).join(',')}]}`;
  }
}

/** Where a POST of so many goes. */
export const pathFor = (perPost) => (perPost === 1 ? '/v1/interactions' : '/v1/interactions/batch');
