// The two services that end-to-end rows are held against: each a process that publishes and one that stores, on the bench's broker and server.
import { Interactions } from '../load/interactions.mjs';
import { postFor } from '../load/http-load.mjs';
import { Contender } from '../stand/contender.mjs';
import { untilReached } from '../stand/patience.mjs';

/** As the product's measurements of old had it; 64, as the product's topics have, would make a peer's batches smaller. */
const PARTITIONS = 12;

class KafkaPeer {
  #stored = 0;
  #position = 0;

  async open(stand, name, [publisher, storer]) {
    const kafka = await stand.kafka();
    await kafka.create(name, PARTITIONS);
    const given = { brokers: [kafka.address], topic: name, url: await stand.create(name) };
    this.processes = [await Contender.start(publisher, given), await Contender.start(storer, given)];
    return Object.assign(this, { stand, name, kafka, supply: new Interactions(name) });
  }

  /** Resolves when all that was made is stored. */
  async untilReadable() {
    const since = async () => this.#stored + (await this.stand.count(this.name, 'SELECT count(*) FROM event WHERE position > $1', [this.#position]));
    await untilReached(since, this.supply.made, `${this.name}: rows`);
    this.#stored = this.supply.made;
    this.#position = await this.stand.count(this.name, 'SELECT max(position) FROM event');
  }

  async untilQuiet() {}

  /** Throws where the rows, the messages and the interactions made are not as many. */
  async check() {
    const rows = await this.stand.count(this.name, 'SELECT count(*) FROM event');
    this.supply.check(`${this.name}, rows`, rows);
    this.supply.check(`${this.name}, messages`, await this.kafka.messages(this.name));
    return rows;
  }
}

/** kafkajs with 1,000 messages a send, then eachBatch and one INSERT .. SELECT unnest a batch. */
export class RawPeer extends KafkaPeer {
  static open = (stand) => new RawPeer().open(stand, 'raw', ['raw-produce.mjs', 'raw-store.mjs']);

  async send({ seconds }) {
    const { accepted, made } = await this.processes[0].ask('run', { seconds });
    this.supply.made = made;
    this.supply.acknowledged += accepted;
    return { accepted };
  }
}

/** HTTP, a send a request, eachMessage, a row an INSERT. */
export class EachMessagePeer extends KafkaPeer {
  static open = (stand) => new EachMessagePeer().open(stand, 'each_message', ['each-message-door.mjs', 'each-message-store.mjs']);

  send(load) {
    return postFor({ url: this.processes[0].ready.url }, this.supply, load);
  }
}
