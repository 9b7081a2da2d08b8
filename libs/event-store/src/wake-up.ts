const SHORTEST_MS = 10;

/**
 * Waits for a ring or for a time. A ring while nobody waits is kept. After a ring the waits are short at first and double:
 * what it announced may show only when an older transaction has ended, and that one need not ring.
 */
export class WakeUp {
  private rung = false;
  private waiting: (() => void) | undefined;
  private nextMs = Infinity;

  ring(): void {
    this.rung = true;
    this.waiting?.();
  }

  async wait(longestMs: number): Promise<void> {
    if (!this.rung) await this.ringOrTime(Math.min(this.nextMs, longestMs));
    this.nextMs = this.rung ? SHORTEST_MS : this.nextMs * 2;
    this.rung = false;
  }

  private ringOrTime(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.waiting?.(), ms);
      this.waiting = () => {
        clearTimeout(timer);
        this.waiting = undefined;
        resolve();
      };
    });
  }
}
