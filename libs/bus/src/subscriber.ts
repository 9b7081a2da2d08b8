import { underLease, type Database } from '@throughline/postgres';
import type { Subscription } from './bus.contract';
import { Backoff } from './backoff';
import { Bell } from './bell';
import { faultOf, type BusLog } from './bus-log';

/** A loop that comes back by itself: what it throws is told to the log, and after a growing wait it starts again. */
export abstract class Subscriber implements Subscription {
  protected readonly bell = new Bell();
  protected readonly backoff = new Backoff();
  private readonly end = new AbortController();
  private running: Promise<void> | undefined;
  private resting = false;
  /** They begin, rest and end with this one. */
  protected companions: readonly Subscriber[] = [];

  protected constructor(
    protected readonly log: BusLog,
    protected readonly names: { topic: string; group?: string },
  ) {}

  /** Works until `going` says no, or throws where it cannot go on. */
  protected abstract session(): Promise<void>;
  /** Gives back what it holds. */
  protected abstract leave(): Promise<void>;

  /** Aborted when it is told to close. */
  protected readonly ending = this.end.signal;
  protected readonly going = () => !this.ending.aborted;

  /** True while it is to take no new batch. */
  protected get paused(): boolean {
    return this.resting;
  }

  start(): this {
    for (const companion of this.companions) companion.start();
    this.running = this.run();
    return this;
  }

  pause(): void {
    for (const companion of this.companions) companion.pause();
    this.resting = true;
  }

  resume(): void {
    for (const companion of this.companions) companion.resume();
    this.resting = false;
    this.bell.ring();
  }

  async close(): Promise<void> {
    this.end.abort();
    this.bell.ring();
    await Promise.all([this.running, ...this.companions.map((companion) => companion.close())]);
    await this.leave();
  }

  /** Works under the lease of this name, which one member has at a time, until `going` says no: at its end, or where the lease is lost. */
  protected underLease(database: Pick<Database, 'lease'>, name: string, work: (going: () => boolean) => Promise<void>): Promise<void> {
    return underLease(database, name, this.ending, (lost) => {
      lost.addEventListener('abort', () => this.bell.ring());
      return work(() => !lost.aborted && this.going());
    });
  }

  protected readonly handlerFailed = (error: Error) => this.log.warn({ ...this.names, ...faultOf(error) }, 'a batch failed and is tried again');

  private async run(): Promise<void> {
    while (this.going()) {
      try {
        await this.session();
        this.backoff.reset();
      } catch (error) {
        this.log.warn({ ...this.names, ...faultOf(error) }, 'the bus cannot be read, trying again');
        await this.bell.sleep(this.backoff.next(), this.going);
      }
    }
  }
}
