import { isPassing, type TopicName } from '@throughline/contracts';
import type { GroupOptions, Message } from '../bus.contract';
import { faultOf, type BusLog } from '../bus-log';
import { Subscriber } from '../subscriber';
import { work } from '../work';
import { PARKED_CHANNEL } from './parking.contract';
import type { ParkedKeys } from './parked-keys';
import type { DueKey, ParkingLot } from './parking-lot';

/** Keys tried at the same time. */
const KEYS = 8;
/** Without a notification the lot is looked at this often. */
const POLL_MS = 10_000;

export interface AttendantParts {
  lot: ParkingLot;
  options: GroupOptions;
  log: BusLog;
  /** Of the lease under which one member works the lot. */
  name: string;
  /** In the lanes for floods: where a key is parked whose message fails. Without it the lot is that itself, and a failure waits. */
  keys?: ParkedKeys;
}

/**
 * Tries parked keys again when their time comes, each in its order. One member of the group does it at a time, by a lease
 * that ends with its session; where two overlap all the same (a session lost unnoticed), messages are handled twice, in
 * order, and neither loses what the other wrote.
 */
export class Attendant extends Subscriber {
  private listening: { close(): Promise<void> } | undefined;

  constructor(private readonly parts: AttendantParts) {
    super(parts.log, { topic: parts.options.topic as TopicName, group: parts.options.group });
  }

  protected async session(): Promise<void> {
    const { database } = this.parts.lot.parking;
    this.listening ??= await database.listen(PARKED_CHANNEL, () => this.bell.ring());
    await this.underLease(database, this.parts.name, (going) => this.attend(going));
  }

  protected async leave(): Promise<void> {
    await this.listening?.close();
  }

  private async attend(going: () => boolean): Promise<void> {
    const { lot } = this.parts;
    while (going()) {
      await this.tell();
      const due = this.paused ? [] : await lot.due(KEYS);
      // The reader may have parked keys before a lane was opened.
      this.parts.keys?.assignedAnew();
      const failures = await Promise.all(due.map((key) => this.tryKey(key)));
      const passing = failures.find((error) => error && this.isPassing(error));
      if (passing) {
        this.handlerFailed(passing);
        await this.bell.sleep(this.backoff.next(), going);
      } else if (due.length) this.backoff.reset();
      else await this.bell.wait(Math.min((await this.nextDueMs()) ?? POLL_MS, POLL_MS));
    }
  }

  /** Whoever is told may be away: the keys are tried all the same, and what was not told is told later. */
  private async tell(): Promise<void> {
    await this.parts.lot.tellChanges().catch((error: unknown) => this.log.warn({ ...this.names, ...faultOf(error) }, 'what became of parked keys was not told'));
  }

  /** Undefined while it is paused, too: what is due by then waits for `resume`. */
  private async nextDueMs(): Promise<number | undefined> {
    return this.paused ? undefined : this.parts.lot.nextDueMs();
  }

  /** The first messages of a key: as far as they pass. Gives the error that stopped it. */
  private async tryKey(key: DueKey): Promise<Error | undefined> {
    const { lot, options, keys } = this.parts;
    const waiting = await lot.messages(key, options.maxBatch ?? 500);
    const settled = new Set<Message>();
    const { handle, onRejected } = options;
    const error = await work(waiting.map(({ message }) => message), { handle, onRejected, parked: keys }, settled);
    const open = waiting.findIndex(({ message }) => !settled.has(message));
    const done = open === -1 ? waiting : waiting.slice(0, open);
    const head = waiting[done.length]?.message ?? waiting.at(-1)?.message;
    const about = head && lot.parking.about?.(head);
    if (error && !this.isPassing(error)) {
      this.log.warn({ ...this.names, ...faultOf(error), attempts: key.attempts + 1 }, 'a parked key failed again');
      await lot.failed(key, done, about, error);
    } else if (!error || done.length) await lot.done(key, done, about);
    return error;
  }

  /** In a lane nothing fails for a reason of its own: its key would be parked. */
  private isPassing(error: Error): boolean {
    return this.parts.keys !== undefined || isPassing(error);
  }
}
