import { metrics } from '@opentelemetry/api';
import type { BroadcastOptions, Bus, GroupOptions, Message, OutgoingMessage, Subscription } from '@throughline/bus';
import type { TopicName } from '@throughline/contracts';
import { LRUCache } from 'lru-cache';

/** A batch whose commit fails comes again: 500 messages of each of 64 partitions at most. About 5 MB. */
const REMEMBERED = 32_000;

/** A topic that was lost and made anew begins at offset 0 again: the time tells the two apart. */
const nameOf = ({ partition, offset, nth = 0, publishedAt }: Message) => `${partition} ${offset} ${nth} ${publishedAt}`;

/**
 * A bus that counts, by topic, the messages this process has made durable (`throughline_bus_published_total`) and, by group, those
 * it has done with (`throughline_bus_handled_total`; what was rejected and set aside too, a redelivery only once). Summed over all
 * processes the two grow alike. What a broker that lost its data had not handed on yet stays between them for ever: so many
 * messages were acknowledged and will not be applied. Two things make the difference too small by a few: what one process was done
 * with when another got it again, and what became durable though its publishing failed.
 */
export class CountedBus implements Bus {
  readonly driver = this.bus.driver;
  private readonly published = metrics.getMeter('throughline').createCounter('throughline_bus_published_total', { description: 'Messages made durable on the bus, by topic.' });
  private readonly handled = metrics.getMeter('throughline').createCounter('throughline_bus_handled_total', { description: 'Messages a group is done with, by topic and group.' });

  constructor(private readonly bus: Bus) {}

  async publish(topic: TopicName, messages: readonly OutgoingMessage[]): Promise<void> {
    await this.bus.publish(topic, messages);
    this.published.add(messages.length, { topic });
  }

  group(options: GroupOptions): Promise<Subscription> {
    const { topic, group } = options;
    const seen = new LRUCache<string, true>({ max: REMEMBERED });
    const count = (messages: readonly Message[]) => {
      const fresh = messages.map(nameOf).filter((name) => !seen.has(name));
      for (const name of fresh) seen.set(name, true);
      this.handled.add(fresh.length, { topic, group });
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
}
