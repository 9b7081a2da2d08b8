import type { Message } from './bus.contract';

/** Numbers the messages that share an offset. Of each offset all messages are given. */
export function numbered(messages: readonly Message[]): readonly Message[] {
  messages.forEach((message, index) => {
    const before = messages[index - 1];
    if (before?.offset === message.offset) message.nth = (before.nth ?? 0) + 1;
  });
  return messages;
}

/** The last message up to which everything is settled and whose offset holds no message that is not; undefined where there is none. */
export function lastWhole(messages: readonly Message[], settled: ReadonlySet<Message>): Message | undefined {
  const open = messages.findIndex((message) => !settled.has(message));
  if (open === -1) return messages.at(-1);
  return messages.slice(0, open).findLast(({ offset }) => offset !== messages[open]!.offset);
}

/**
 * What was settled of an offset that is not whole yet. It is read again as a whole; what is settled already is not
 * handled again, as long as this process remembers.
 */
export class PartOfOffset {
  private offset: string | undefined;
  private settled = new Set<number>();

  /** The messages that are not settled yet. */
  open(messages: readonly Message[]): Message[] {
    return messages.filter((message) => !this.isSettled(message));
  }

  /** The messages that are settled already. */
  settledOf(messages: readonly Message[]): Set<Message> {
    return new Set(messages.filter((message) => this.isSettled(message)));
  }

  /** Remembers where a try has stopped. */
  note(messages: readonly Message[], settled: ReadonlySet<Message>): void {
    const stopped = messages.find((message) => !settled.has(message))?.offset;
    if (stopped !== this.offset) this.settled.clear();
    this.offset = stopped;
    for (const { offset, nth = 0 } of settled) if (offset === stopped) this.settled.add(nth);
  }

  private isSettled({ offset, nth = 0 }: Message): boolean {
    return offset === this.offset && this.settled.has(nth);
  }
}
