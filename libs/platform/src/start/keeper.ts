import type { Logger } from '@nestjs/common';

/** Work whose time comes round: `work` answers how many things it removed; `done` and `failed` are what the log says of it. */
export interface Keeping {
  everyMs: number;
  work: () => Promise<number>;
  done: string;
  failed: string;
}

/** Does its work at once and then every `everyMs`, until it is stopped. A failure is logged, and the next turn tries again. */
export class Keeper {
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> = Promise.resolve();

  constructor(
    private readonly keeping: Keeping,
    private readonly log: Logger,
  ) {}

  start(): void {
    this.work();
    this.timer = setInterval(() => this.work(), this.keeping.everyMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.working;
  }

  private work(): void {
    const { work, done, failed } = this.keeping;
    this.working = work().then(
      (count) => void (count > 0 && this.log.log({ count }, done)),
      (error: unknown) => void this.log.error({ err: error }, failed),
    );
  }
}
