import type { Logger } from '@nestjs/common';
import type { Runtime } from '@throughline/platform';

const EVERY_MS = 86_400_000;

/** Deletes blobs whose time is over, at once and then every day, until it is stopped. A failure is logged, and the next day tries again. */
export class BlobKeeper {
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> = Promise.resolve();

  constructor(
    private readonly runtime: Pick<Runtime, 'expireBlobs'>,
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
    this.working = this.runtime.expireBlobs().then(
      (count) => void (count > 0 && this.log.log({ count }, 'blobs deleted whose time was over')),
      (error: unknown) => void this.log.error({ err: error }, 'blobs whose time is over could not be deleted'),
    );
  }
}
