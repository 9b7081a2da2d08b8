import type { BroadcastOptions, Bus, GroupOptions, Message, OutgoingMessage, Subscription } from '@throughline/bus';
import { TOPICS, type TopicName } from '@throughline/contracts';
import { LRUCache } from 'lru-cache';
import { totals, type Total } from '../telemetry/totals';

/** A batch whose commit fails comes again: 500 messages of each of 64 partitions at most. About 5 MB. */
const REMEMBERED = 32_000;

/** A topic that was lost and made anew begins at offset 0 again: the time tells the two apart. */
const nameOf = ({ partition, offset, nth = 0, publishedAt }: Message) => `${partition} ${offset} ${nth} ${publishedAt}`;

const published = totals('throughline_bus_published_total', 'Messages made durable on the bus, by topic.');
const doubtful = totals('throughline_bus_doubtful_total', 'Messages whose publishing failed though they may be durable, by topic.');
const handled = totals('throughline_bus_handled_total', 'Messages a group is done with, by topic and group.');

/** Counts messages of which nobody knows whether they became durable. */
export function countDoubts(topic: TopicName, messages: number): void {
  doubtful.of({ topic }).count += messages;
}

/**
 * A bus that counts, by topic, the messages this process has made durable (`throughline_bus_published_total`) and, by group, those
 * it has done with (`throughline_bus_handled_total`; what was rejected and set aside too, a redelivery only once). Summed over all
 * processes the two grow alike, but for what became durable though its publishing failed (at most
 * `throughline_bus_doubtful_total`) and for a few that one process was done with when another got them again. What a broker that lost
 * its data had not handed on yet stays between them for ever: so many messages were acknowledged and will not be applied, at most
 * published plus doubtful less handled.
 */
export class CountedBus implements Bus {
  readonly driver = this.bus.driver;

  private readonly durable = new Map<TopicName, Total>();

  /** Told as 0 from the start: without one of the series nobody could sum or subtract them. */
  constructor(private readonly bus: Bus) {
    for (const topic of Object.keys(TOPICS)) for (const total of [published, doubtful]) total.of({ topic });
  }

  async publish(topic: TopicName, messages: readonly OutgoingMessage[]): Promise<void> {
    await this.bus.publish(topic, messages);
    this.durableOn(topic).count += messages.length;
  }

  group(options: GroupOptions): Promise<Subscription> {
    const { topic, group } = options;
    const done = handled.of({ topic, group });
    const seen = new LRUCache<string, true>({ max: REMEMBERED });
    const count = (messages: readonly Message[]) => {
      const fresh = messages.map(nameOf).filter((name) => !seen.has(name));
      for (const name of fresh) seen.set(name, true);
      done.count += fresh.length;
    };
    return this.bus.group({
      ...options,
      handle: async (batch) => {
        await options.handle(batch);
        count(batch);
      },
      onRejected: async (message, error) => {
        await options.onRejected(message, error);
        count([message]);
      },
    });
  }

  broadcast(options: BroadcastOptions): Promise<Subscription> {
    return this.bus.broadcast(options);
  }

  ensureTopics(): Promise<void> {
    return this.bus.ensureTopics();
  }

  healthy(): Promise<boolean> {
    return this.bus.healthy();
  }

  close(): Promise<void> {
    return this.bus.close();
  }

  private durableOn(topic: TopicName): Total {
    const total = this.durable.get(topic) ?? published.of({ topic });
    this.durable.set(topic, total);
    return total;
  }
}
