import { unavailable } from '@throughline/contracts';

interface Waiting<T> {
  items: readonly T[];
  bytes: number;
  resolve: () => void;
  reject: (error: unknown) => void;
}

export interface GroupCommitOptions<T> {
  /** Makes all durable, in this order. One runs at a time. */
  flush: (items: readonly T[]) => Promise<void>;
  bytesOf: (item: T) => number;
  /** What one flush takes at most, but at least one call. */
  maxItems: number;
  maxBytes: number;
  /** Bytes that may wait; what comes beyond is refused (default 64 MiB). */
  maxWaitingBytes?: number;
}

const WAITING_BYTES = 64 * 1024 * 1024;

/**
 * Joins what waits: calls that come while a flush is in flight go out together in the next one, paced by what is in
 * flight and never by a timer. One flush at a time, so the order of the calls is kept. Where a flush fails everybody who
 * waits fails with it, so that nobody waits through several time-outs, and nothing overtakes what failed.
 */
export class GroupCommit<T> {
  private waiting: Waiting<T>[] = [];
  private running: Promise<void> | undefined;
  private waitingBytes = 0;

  constructor(private readonly options: GroupCommitOptions<T>) {}

  /** Throws what the flush throws; `unavailable` (`bus-busy`) where too much waits already. */
  async add(items: readonly T[]): Promise<void> {
    if (items.length === 0) return;
    const bytes = items.reduce((sum, item) => sum + this.options.bytesOf(item), 0);
    if (this.waitingBytes > (this.options.maxWaitingBytes ?? WAITING_BYTES)) throw unavailable('bus-busy', 'too much waits for the bus already');
    await new Promise<void>((resolve, reject) => {
      this.waiting.push({ items, bytes, resolve, reject });
      this.waitingBytes += bytes;
      this.running ??= this.run();
    });
  }

  /** Resolves when nothing waits and nothing is in flight. */
  async idle(): Promise<void> {
    while (this.running) await this.running;
  }

  private async run(): Promise<void> {
    // The callers of this turn of the event loop go together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length) {
      const calls = this.take();
      try {
        await this.options.flush(calls.flatMap(({ items }) => items));
        for (const call of calls) call.resolve();
      } catch (error) {
        this.waitingBytes = 0;
        for (const call of [...calls, ...this.waiting.splice(0)]) call.reject(error);
      }
    }
    this.running = undefined;
  }

  private take(): Waiting<T>[] {
    let items = 0;
    let bytes = 0;
    const tooMuch = this.waiting.findIndex((call) => {
      items += call.items.length;
      bytes += call.bytes;
      return items > this.options.maxItems || bytes > this.options.maxBytes;
    });
    const calls = this.waiting.splice(0, tooMuch === -1 ? this.waiting.length : Math.max(tooMuch, 1));
    for (const call of calls) this.waitingBytes -= call.bytes;
    return calls;
  }
}
