import type { Subscription } from './bus.contract';
import type { Subscriber } from './subscriber';

/** The subscribers of a bus that have not been closed yet. */
export class Subscribers {
  private readonly open = new Set<Subscriber>();

  enter(subscriber: Subscriber): Subscription {
    this.open.add(subscriber);
    return {
      pause: () => subscriber.pause(),
      resume: () => subscriber.resume(),
      close: async () => {
        this.open.delete(subscriber);
        await subscriber.close();
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.open].map((subscriber) => subscriber.close()));
  }
}
