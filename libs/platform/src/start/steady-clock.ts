/** Ms that a clock may drift between two looks: whatever keeps it right moves it by less. */
const DRIFT_MS = 30_000;

/** Tells for how long the clock has gone like a clock: one that jumped may be wrong, or may have been until now. Look at it every minute or so. */
export class SteadyClock {
  private since = performance.now();
  private offset = Date.now() - performance.now();

  /** Ms since it jumped last, or since this began. */
  steadyMs(): number {
    const offset = Date.now() - performance.now();
    if (Math.abs(offset - this.offset) > DRIFT_MS) this.since = performance.now();
    this.offset = offset;
    return performance.now() - this.since;
  }
}
