/** Wakes one waiter. A ring while nobody waits is kept for the next wait; several rings are one. */
export class Bell {
  private rung = false;
  private waiter: (() => void) | undefined;

  ring(): void {
    this.rung = true;
    this.waiter?.();
  }

  /** Resolves at the next ring, or after `ms`. */
  async wait(ms: number): Promise<void> {
    if (!this.rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.waiter = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.waiter = undefined;
    }
    this.rung = false;
  }

  /** Resolves after `ms`, or at the first ring once `going` says no. */
  async sleep(ms: number, going: () => boolean): Promise<void> {
    const until = Date.now() + ms;
    while (going() && Date.now() < until) await this.wait(until - Date.now());
  }
}
