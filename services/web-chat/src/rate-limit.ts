/** At most `count` calls within any `windowMs`. */
export class RateLimit {
  private readonly calls: number[] = [];

  /** @param now monotonic ms */
  constructor(
    private readonly count: number,
    private readonly windowMs: number,
    private readonly now: () => number,
  ) {}

  /** Takes a call: 0 where it may pass, else ms until one may. */
  take(): number {
    const now = this.now();
    while (this.calls.length > 0 && this.calls[0]! <= now - this.windowMs) this.calls.shift();
    if (this.calls.length >= this.count) return this.calls[0]! + this.windowMs - now;
    this.calls.push(now);
    return 0;
  }
}
