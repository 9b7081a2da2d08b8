import type { Logger } from '@nestjs/common';
import { SteadyClock } from './steady-clock';

/** Work whose time comes round: `work` answers how many things it removed; `done` and `failed` are what the log says of it. */
export interface Keeping {
  everyMs: number;
  work: () => Promise<number>;
  done: string;
  failed: string;
  /** What is gone by the clock is gone for good: it waits until the clock has been steady for a quarter of an hour, also after the start. */
  irreversible?: true;
}

const LOOK_MS = 60_000;
/** A clock that is wrong is put right by then. */
const STEADY_MS = 15 * 60_000;

/** Does its work at once and then every `everyMs` (a minute at least), until it is stopped. A failure is logged, and the next turn tries again. */
export class Keeper {
  private readonly clock = new SteadyClock();
  private dueAt = -Infinity;
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> = Promise.resolve();

  constructor(
    private readonly keeping: Keeping,
    private readonly log: Logger,
  ) {}

  start(): void {
    this.look();
    this.timer = setInterval(() => this.look(), LOOK_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.working;
  }

  private look(): void {
    const may = this.clock.steadyMs() >= (this.keeping.irreversible ? STEADY_MS : 0);
    const now = performance.now();
    if (!may || now < this.dueAt) return;
    this.dueAt = now + this.keeping.everyMs;
    this.work();
  }

  private work(): void {
    const { work, done, failed } = this.keeping;
    this.working = work().then(
      (count) => void (count > 0 && this.log.log({ count }, done)),
      (error: unknown) => void this.log.error({ err: error }, failed),
    );
  }
}
