import type { Message } from './bus.contract';

/** Numbers the messages that share an offset. Of each offset all messages are given. */
export function numbered(messages: readonly Message[]): readonly Message[] {
  messages.forEach((message, index) => {
    const before = messages[index - 1];
    if (before?.offset === message.offset) message.nth = (before.nth ?? 0) + 1;
  });
  return messages;
}

/** The first messages, as far as everything is settled and no offset holds a message that is not. */
export function whole(messages: readonly Message[], settled: ReadonlySet<Message>): readonly Message[] {
  const open = messages.findIndex((message) => !settled.has(message));
  if (open === -1) return messages;
  return messages.slice(0, messages.findIndex(({ offset }) => offset === messages[open]!.offset));
}

/** The last of those; undefined where there is none. */
export const lastWhole = (messages: readonly Message[], settled: ReadonlySet<Message>): Message | undefined => whole(messages, settled).at(-1);

/**
 * What was settled of an offset that is not whole yet. It is read again as a whole; what is settled already is not
 * handled again, as long as this process remembers.
 */
export class PartOfOffset {
  private record: string | undefined;
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
    const stopped = messages.find((message) => !settled.has(message));
    const record = stopped && recordOf(stopped);
    if (record !== this.record) this.settled.clear();
    this.record = record;
    if (record === undefined) return;
    for (const message of settled) if (recordOf(message) === record) this.settled.add(message.nth ?? 0);
  }

  private isSettled(message: Message): boolean {
    return this.record !== undefined && recordOf(message) === this.record && this.settled.has(message.nth ?? 0);
  }
}

/** A topic that was lost and made anew has the same offsets again: the time tells the records apart. */
const recordOf = ({ offset, publishedAt }: Message) => `${offset} ${publishedAt}`;
