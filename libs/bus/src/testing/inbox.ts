import type { Message } from '../bus.contract';

/** A handler that keeps what it was given, for tests that wait until something has come. */
export class Inbox {
  readonly batches: (readonly Message[])[] = [];
  private readonly waiting = new Set<() => void>();

  readonly handle = async (batch: readonly Message[]): Promise<void> => {
    this.batches.push(batch);
    for (const check of this.waiting) check();
  };

  get messages(): Message[] {
    return this.batches.flat();
  }

  get texts(): string[] {
    return this.messages.map(({ value }) => value.toString());
  }

  /** Resolves when the condition holds; it is looked at after every batch. */
  async until(condition: () => boolean): Promise<void> {
    if (condition()) return;
    const done: PromiseWithResolvers<void> = Promise.withResolvers();
    const check = () => {
      if (condition()) done.resolve();
    };
    this.waiting.add(check);
    await done.promise;
    this.waiting.delete(check);
  }

  /** Resolves when every text has come. */
  has(...texts: string[]): Promise<void> {
    return this.until(() => texts.every((text) => this.texts.includes(text)));
  }
}
