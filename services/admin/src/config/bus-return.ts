const EVERY_MS = 2_000;

export interface BusReturnOptions {
  healthy: () => Promise<boolean>;
  /** The bus answers again after it did not, or for the first time. Where it says false, or throws, it is called again with the next look. */
  onReturn: () => Promise<boolean>;
  onError: (error: unknown) => void;
}

/** Notices when the bus was away and is back: what it held may be gone. */
export class BusReturn {
  private away = true;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(private readonly options: BusReturnOptions) {}

  start(): void {
    this.looking = this.look().finally(() => {
      if (!this.closed) this.timer = setTimeout(() => this.start(), EVERY_MS).unref();
    });
  }

  /** As if the bus had been away: `onReturn` is called with the next look. */
  again(): void {
    this.away = true;
  }

  async stop(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.looking;
  }

  private async look(): Promise<void> {
    const { healthy, onReturn, onError } = this.options;
    if (!(await healthy())) {
      this.away = true;
      return;
    }
    if (!this.away) return;
    this.away = false;
    try {
      if (!(await onReturn())) this.again();
    } catch (error) {
      this.again();
      onError(error);
    }
  }
}
