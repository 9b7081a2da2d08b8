import { metrics } from '@opentelemetry/api';
import type { BroadcastOptions, Bus, GroupOptions, OutgoingMessage, Subscription } from '@throughline/bus';
import type { TopicName } from '@throughline/contracts';

/**
 * A bus that counts, by topic, the messages this process has made durable (`throughline_bus_published_total`) and, by group, those
 * it has done with (`throughline_bus_handled_total`; what was rejected and set aside too). Summed over all processes the two grow
 * alike. What a broker that lost its data had not handed on yet stays between them for ever: that many, at most, were
 * acknowledged and will not be applied. At most, since a message may be a repetition; a little less is seen where a batch was
 * handled twice, after a crash or a rebalance.
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
    const count = (messages: number) => this.handled.add(messages, { topic, group });
    return this.bus.group({
      ...options,
      handle: async (batch) => {
        await options.handle(batch);
        count(batch.length);
      },
      onRejected: async (message, error) => {
        await options.onRejected(message, error);
        count(1);
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
