/** Beats while a batch is in work, so that a slow handler does not look dead to the group. */
export class Heart {
  /** False once the group wants its members to join anew, or does not answer: finish what is in hand and take no more. */
  beats = true;
  private readonly timer: NodeJS.Timeout;

  constructor(beat: () => Promise<void>, ms: number) {
    this.timer = setInterval(() => void this.once(beat), ms);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async once(beat: () => Promise<void>): Promise<void> {
    try {
      await beat();
    } catch {
      // kafkajs meets the same answer at its own next heartbeat and joins anew.
      this.beats = false;
    }
  }
}
