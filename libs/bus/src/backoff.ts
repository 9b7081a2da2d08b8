const FIRST_MS = 100;
const LONGEST_MS = 10_000;

/** The growing wait between tries: 100 ms, doubling up to 10 s, from the start again after a success. */
export class Backoff {
  private ms = FIRST_MS;

  next(): number {
    const ms = this.ms;
    this.ms = Math.min(ms * 2, LONGEST_MS);
    return ms;
  }

  reset(): void {
    this.ms = FIRST_MS;
  }
}
