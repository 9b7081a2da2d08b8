import type { Database } from '@throughline/postgres';
import type { AppendOutcome, AppendResult, Expectation, NewEvent } from './event-store.contract';

/**
 * Appends for all of a process: what waits goes into the log by one statement and one commit, whoever brought it. One a
 * process and log; the events of a stream should come through one process, or they wait for each other in the database.
 */
export interface Appender {
  /**
   * Resolves when the events are durable. Outcomes are those of `EventStore.append`, and so is what an expected version
   * means; all of a call is appended, or what of it is new, or nothing. Nothing that another call brings fails this one.
   * Calls on one stream are appended in the order in which they were made.
   *
   * Throws where an event is of a tenant that is not among `tenants`. Throws `unavailable` where too much waits already
   * (`append-queue-full`: nothing was appended), where the deadline is over (`append-deadline`) or the database is gone: in
   * these two cases the events may have been appended. Append them again: what is there already is answered as a duplicate.
   */
  append(tenants: readonly string[], events: readonly NewEvent[]): Promise<AppendOutcome[]>;
  append(tenants: readonly string[], events: readonly NewEvent[], expected: readonly Expectation[]): Promise<AppendResult>;
  /** Takes no more calls, and resolves when all that were taken are answered. */
  close(): Promise<void>;
}

export interface AppenderOptions {
  /** It is told of the channel `log` when something was appended. */
  database: Pick<Database, 'call' | 'notify'>;
  /** Statements on their way at once (default 2: while one is in the database, the next is made). */
  flights?: number;
  /** Ms from the call to its answer at most (default 15,000). */
  deadlineMs?: number;
  /** Events that may wait (default 20,000), and their bytes (default 64 MiB). One call may always wait. */
  maxWaiting?: number;
  maxWaitingBytes?: number;
}
