import type { Logger } from '@nestjs/common';
import type { Vault } from '@throughline/vault';

const EVERY_MS = 3_600_000;

/** Destroys keys whose time is over, at once and then every hour, until it is stopped. A failure is logged, and the next hour tries again. */
export class KeyKeeper {
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> = Promise.resolve();

  constructor(
    private readonly vault: Pick<Vault, 'destroyExpired'>,
    private readonly log: Logger,
  ) {}

  start(): void {
    this.work();
    this.timer = setInterval(() => this.work(), EVERY_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.working;
  }

  private work(): void {
    this.working = this.vault.destroyExpired().then(
      (count) => count > 0 && this.log.log({ count }, 'keys destroyed whose time was over'),
      (error: unknown) => this.log.error({ err: error }, 'expired keys could not be destroyed'),
    ) as Promise<void>;
  }
}
