/** What is to end by a time. */
export interface Timed {
  /** Set when it is added. */
  due: number;
}

/** Things that all have the same time to end, with one timer for all of them. */
export class Deadlines<T extends Timed> {
  /** In the order in which they are due. */
  private readonly open = new Set<T>();
  private timer: NodeJS.Timeout | undefined;

  /** @param over is told of those that have not ended in time */
  constructor(
    private readonly ms: number,
    private readonly over: (item: T) => void,
  ) {}

  add(item: T): void {
    item.due = performance.now() + this.ms;
    this.open.add(item);
    this.timer ??= this.wait(this.ms);
  }

  delete(item: T): void {
    this.open.delete(item);
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
    for (const item of this.open) {
      if (item.due > now) {
        this.timer = this.wait(item.due - now);
        return;
      }
      this.open.delete(item);
      this.over(item);
    }
  }
}
