/** What is to end by a time. */
export interface Timed {
  /** Set when it is added. */
  due: number;
  /** Where it stands among those that are open; undefined where it does not. */
  place?: number;
}

/**
 * Things that all have the same time to end, with one timer for all of them. An array and not a Set: one that many pass through
 * is made anew by V8 every few dozen, each old table links to the next, and one that outlived two collections keeps all that
 * ever passed through alive until the next full one. With 64 callers a seventh of all that was made was copied twice for it.
 */
export class Deadlines<T extends Timed> {
  private readonly open: T[] = [];
  private timer: NodeJS.Timeout | undefined;

  /** @param over is told of those that have not ended in time */
  constructor(
    private readonly ms: number,
    private readonly over: (item: T) => void,
  ) {}

  add(item: T): void {
    item.due = performance.now() + this.ms;
    item.place = this.open.push(item) - 1;
    this.timer ??= this.wait(this.ms);
  }

  /** Once it has ended. The last takes its place. */
  delete(item: T): void {
    if (item.place === undefined) return;
    const last = this.open.pop()!;
    if (last !== item) {
      this.open[item.place] = last;
      last.place = item.place;
    }
    item.place = undefined;
  }

  close(): void {
    clearTimeout(this.timer);
  }

  [Symbol.iterator](): Iterator<T> {
    return this.open[Symbol.iterator]();
  }

  private wait(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.look(), ms).unref();
  }

  private look(): void {
    const now = performance.now();
    this.timer = undefined;
    for (const item of this.open.filter(({ due }) => due <= now)) {
      this.delete(item);
      this.over(item);
    }
    const next = this.open.reduce((soonest, { due }) => Math.min(soonest, due), Infinity);
    if (next < Infinity) this.timer ??= this.wait(next - now);
  }
}
