import { unavailable } from '@throughline/contracts';
import { takeUntil } from './take-until';

interface Waiting<T> {
  items: readonly T[];
  bytes: number;
  resolve: () => void;
  reject: (error: unknown) => void;
}

export interface GroupCommitOptions<T> {
  /** Makes all durable, in this order. */
  flush: (items: readonly T[]) => Promise<void>;
  bytesOf: (item: T) => number;
  /** What one flush takes at most, but at least one call. */
  maxItems: number;
  maxBytes: number;
  /** Flushes begun at a time (default 1). Where there are more, `flush` makes them durable in the order in which they began, and fails those behind one that fails. */
  flights?: number;
  /** Bytes that may wait; what comes beyond is refused (default 64 MiB). */
  maxWaitingBytes?: number;
}

const WAITING_BYTES = 64 * 1024 * 1024;

/**
 * Joins what waits: calls that come while a flush is in flight go out together in the next one, paced by what is in
 * flight and never by a timer. The order of the calls is kept. Where a flush fails everybody who waits fails with it, so that
 * nobody waits through several time-outs, and nothing overtakes what failed.
 */
export class GroupCommit<T> {
  private waiting: Waiting<T>[] = [];
  private readonly flying = new Set<Promise<void>>();
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
      if (this.flying.size < (this.options.flights ?? 1)) this.takeOff();
    });
  }

  /** Resolves when nothing waits and nothing is in flight. */
  async idle(): Promise<void> {
    while (this.flying.size > 0) await Promise.all(this.flying);
  }

  private takeOff(): void {
    const flight = this.fly().finally(() => this.flying.delete(flight));
    this.flying.add(flight);
  }

  private async fly(): Promise<void> {
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
  }

  private take(): Waiting<T>[] {
    let items = 0;
    let bytes = 0;
    const calls = takeUntil(this.waiting, (call) => {
      items += call.items.length;
      bytes += call.bytes;
      return items > this.options.maxItems || bytes > this.options.maxBytes;
    });
    for (const call of calls) this.waitingBytes -= call.bytes;
    return calls;
  }
}
