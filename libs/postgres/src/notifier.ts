import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Listener } from './listener';
import type { ServerLog } from './server-log';

/** Nobody needs a wake-up after a crash, so its commit (a NOTIFY has a transaction id) does not wait for the disk. */
const NOTIFY = `SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)`;

/** Ms between two on one channel: each is a transaction, and wakes every process that listens. */
const PAUSE_MS = 10;

/**
 * Sends wake-ups: the first at once, then one NOTIFY per channel for however many calls come in a short while. It is its own
 * transaction: inside an append it would hold a lock of the whole server over the fsync.
 */
export class Notifier {
  private readonly inFlight = new Map<string, Promise<void>>();
  private readonly again = new Set<string>();

  constructor(
    private readonly pool: Pool,
    private readonly listener: Listener,
    private readonly log: ServerLog,
  ) {}

  notify(channel: string): void {
    this.listener.wake(channel, 'here');
    if (this.inFlight.has(channel)) this.again.add(channel);
    else this.inFlight.set(channel, this.send(channel));
  }

  async close(): Promise<void> {
    while (this.inFlight.size) await Promise.all(this.inFlight.values());
  }

  private async send(channel: string): Promise<void> {
    do {
      this.again.delete(channel);
      try {
        await this.pool.query({ name: 'notify', text: NOTIFY, values: [channel, this.listener.id] });
      } catch (error) {
        // Only a wake-up is lost: those who wait poll as well.
        this.log.warn({ channel, reason: (error as Error).message }, 'wake-up not sent');
      }
      await delay(PAUSE_MS);
    } while (this.again.has(channel));
    this.inFlight.delete(channel);
  }
}
