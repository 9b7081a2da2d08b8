import type { Database, ServerLog } from '@throughline/postgres';

const LOOK = {
  name: 'log_horizon',
  text: 'SELECT pg_snapshot_xmin(s)::text AS oldest, pg_snapshot_xmax(s)::text AS next FROM pg_current_snapshot() AS s',
};
/** A look is a round trip; it need not be made with every page. */
const LOOK_EVERY_MS = 1_000;

export interface HorizonOptions {
  log?: ServerLog;
  /** Ms for which one transaction may be the oldest before it is told of (default 10,000). */
  alarmMs?: number;
  /** Ms, of a clock that does not jump. */
  now?: () => number;
}

/**
 * Watches how long one transaction has been the oldest that runs: nothing stamped after it is shown to readers of the log
 * till it ends, whatever database of the server it is in. Measured from outside, since the sessions of others are not to be
 * seen without more rights.
 */
export class Horizon {
  private oldest = '';
  private since = 0;
  private looked = -Infinity;
  private told = 0;
  private age = 0;

  constructor(
    private readonly database: Pick<Database, 'call'>,
    private readonly options: HorizonOptions,
  ) {}

  get ageMs(): number {
    return this.age;
  }

  /** Looks, if the last look is not of just now. */
  async look(): Promise<void> {
    const now = (this.options.now ?? performance.now.bind(performance))();
    if (now - this.looked < LOOK_EVERY_MS) return;
    this.looked = now;
    const { rows } = await this.database.call<{ oldest: string; next: string }>('relay', LOOK);
    this.seen(rows[0]!, now);
  }

  private seen({ oldest, next }: { oldest: string; next: string }, now: number): void {
    if (oldest !== this.oldest || oldest === next) {
      this.oldest = oldest;
      this.since = now;
      this.told = 0;
    }
    this.age = now - this.since;
    this.alarm();
  }

  /** Again whenever as much time has passed once more. */
  private alarm(): void {
    const times = Math.floor(this.age / (this.options.alarmMs ?? 10_000));
    if (times <= this.told) return;
    this.told = times;
    this.options.log?.warn({ ageMs: Math.round(this.age), xid: this.oldest }, 'a transaction holds back the log: see pg_stat_activity.backend_xid');
  }
}
