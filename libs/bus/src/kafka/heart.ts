/** Beats while a batch is in work, so that a slow handler does not look dead to the group. */
export class Heart {
  /** False once the group wants its members to join anew, or does not answer: finish what is in hand and take no more. */
  beats = true;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly beat: () => Promise<void>,
    ms: number,
  ) {
    this.timer = setInterval(() => void this.once(), ms);
  }

  /** Does the group still know this member? It is asked where it was not within the last interval. */
  async isKnown(): Promise<boolean> {
    await this.once();
    return this.beats;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async once(): Promise<void> {
    try {
      await this.beat();
    } catch {
      // kafkajs meets the same answer at its own next heartbeat and joins anew.
      this.beats = false;
    }
  }
}
