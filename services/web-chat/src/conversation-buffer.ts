import { LRUCache } from 'lru-cache';

/** What is kept for visitors who are away. The rest stays in the timeline; a browser that comes back later than this misses it. */
export const BUFFER_LIMITS = {
  conversations: 10_000,
  /** In one conversation. */
  messages: 200,
  /** Bytes of text over all conversations. */
  bytes: 128 * 1024 * 1024,
} as const;

/** A message to a visitor, as her browser gets it. */
export interface ChatMessage {
  /** Event id; the browser knows by it what it has already. */
  id: string;
  text: string;
  /** RFC 3339 UTC. */
  at: string;
}

/** A conversation of one account: nobody reaches another account's visitors by naming their conversation. */
export const threadOf = (account: string, conversation: string) => `${account}|${conversation}`;

interface Entry {
  message: ChatMessage;
  /** Her browser said that it has it, and that is on the bus. */
  receipted: boolean;
}

interface Conversation {
  entries: Entry[];
  bytes: number;
}

/** About what an entry costs besides its text. */
const OVERHEAD = 200;
const sizeOf = ({ message }: Entry) => Buffer.byteLength(message.text) + OVERHEAD;

/** The latest messages to visitors by conversation, in the order of the bus, the least recently used conversations forgotten first. */
export class ConversationBuffer {
  private readonly conversations = new LRUCache<string, Conversation>({
    max: BUFFER_LIMITS.conversations,
    maxSize: BUFFER_LIMITS.bytes,
    sizeCalculation: ({ bytes }) => Math.max(bytes, 1),
  });

  /** False where it is known already: the bus delivers at least once. */
  add(thread: string, message: ChatMessage): boolean {
    const entries = this.entries(thread);
    if (entries.some((entry) => entry.message.id === message.id)) return false;
    const kept = [...entries, { message, receipted: false }].slice(-BUFFER_LIMITS.messages);
    this.conversations.set(thread, { entries: kept, bytes: kept.reduce((sum, entry) => sum + sizeOf(entry), 0) });
    return true;
  }

  /** What the browser lacks that has everything up to `after`; all we hold where we do not know that id (any more). */
  since(thread: string, after: string | undefined): ChatMessage[] {
    return this.entries(thread).slice(this.end(thread, after)).map(({ message }) => message);
  }

  /** Ids up to `after` whose receipt is not on the bus yet: the acknowledgement was lost, or the bus was away. */
  unreceipted(thread: string, after: string | undefined): string[] {
    const had = this.entries(thread).slice(0, this.end(thread, after));
    return had.filter(({ receipted }) => !receipted).map(({ message }) => message.id);
  }

  receipted(thread: string, id: string): void {
    for (const entry of this.entries(thread)) if (entry.message.id === id) entry.receipted = true;
  }

  private end(thread: string, after: string | undefined): number {
    return after === undefined ? 0 : this.entries(thread).findIndex(({ message }) => message.id === after) + 1;
  }

  private entries(thread: string): Entry[] {
    return this.conversations.get(thread)?.entries ?? [];
  }
}
