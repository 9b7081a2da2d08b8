import { setTimeout as sleep } from 'node:timers/promises';
import { isPassing, isRejected } from '@throughline/contracts';
import type { BatchHandler, GroupOptions, Message } from './bus.contract';
import { inTraceOf } from './trace';

/** What is put aside. */
export interface Parked {
  /** The tenant that floods with a batch; undefined where none does. @param more wait behind it */
  floodIn?(messages: readonly Message[], more: boolean): string | undefined;
  /** Puts messages aside behind others that are; gives those. @param flooding a tenant whose messages are put aside, too */
  divert(messages: readonly Message[], flooding?: string): Promise<Message[]>;
  /** Puts aside a message that failed, with what follows on its key; gives all of them. */
  park(error: Error, failed: Message, rest: readonly Message[]): Promise<Message[]>;
}

export interface Work {
  handle: BatchHandler;
  /** Without it nothing is set aside: `rejected` is a failure like any other. */
  onRejected?: GroupOptions['onRejected'];
  /** Without it nothing is parked: a surprise is tried again for ever. */
  parked?: Parked;
  /** Ms before each further try of a message that fails by surprise (default 20, 80, 200). */
  quickMs?: readonly number[];
}

/** Waits between the tries of a message that fails alone; a second at most for all of a batch, so that the other keys go on. */
const QUICK_MS = [20, 80, 200];
const PATIENCE_MS = 600;

/**
 * One try at a batch, as BatchHandler promises it. Whatever is done, set aside or parked goes into `settled`; where that
 * is not all of the batch, it gives the error that stopped the try. Never throws. @param flooding as `Parked.floodIn` has it
 */
export async function work(batch: readonly Message[], job: Work, settled = new Set<Message>(), flooding?: string): Promise<Error | undefined> {
  const attempt = new Attempt(batch, job, settled);
  return (await attempt.divert(flooding)) ?? attempt.run(batch);
}

class Attempt {
  private patience = PATIENCE_MS;

  constructor(
    private readonly batch: readonly Message[],
    private readonly job: Work,
    private readonly settled: Set<Message>,
  ) {}

  /** What comes on a parked key waits behind the others. */
  divert(flooding?: string): Promise<Error | undefined> {
    return failureOf(async () => this.settle((await this.job.parked?.divert(this.batch, flooding)) ?? []));
  }

  /** The messages that are not settled yet: together, and where that fails in halves, the first half first. */
  async run(messages: readonly Message[]): Promise<Error | undefined> {
    const open = messages.filter((message) => !this.settled.has(message));
    if (open.length === 0) return undefined;
    const error = await this.tryOn(open);
    if (!error || isPassing(error)) return error;
    if (open.length === 1) return this.alone(open[0]!, error);
    const half = Math.ceil(open.length / 2);
    return (await this.run(open.slice(0, half))) ?? this.run(open.slice(half));
  }

  private async tryOn(messages: readonly Message[]): Promise<Error | undefined> {
    const error = refusalIn(messages) ?? (await failureOf(() => inTraceOf(messages, () => this.job.handle(messages))));
    if (!error) this.settle(messages);
    return error;
  }

  /** A message that fails for a reason of its own. */
  private async alone(message: Message, first: Error): Promise<Error | undefined> {
    let error: Error | undefined = first;
    const { parked, quickMs = QUICK_MS } = this.job;
    for (const ms of parked ? quickMs : []) {
      if (isRejected(error) || this.patience < ms) break;
      this.patience -= ms;
      await sleep(ms);
      error = await this.tryOn([message]);
      if (!error || isPassing(error)) return error;
    }
    return isRejected(error) ? this.setAside(message, error) : this.park(message, error);
  }

  private async setAside(message: Message, error: Error): Promise<Error | undefined> {
    const { onRejected } = this.job;
    if (!onRejected) return error;
    const failure = await failureOf(() => onRejected(message, error));
    if (!failure) this.settle([message]);
    return failure;
  }

  private async park(message: Message, error: Error): Promise<Error | undefined> {
    const { parked } = this.job;
    if (!parked) return error;
    const rest = this.batch.slice(this.batch.indexOf(message) + 1).filter((other) => !this.settled.has(other));
    return failureOf(async () => this.settle(await parked.park(error, message, rest)));
  }

  private settle(messages: readonly Message[]): void {
    for (const message of messages) this.settled.add(message);
  }
}

/** What will never open reaches no handler. */
const refusalIn = (messages: readonly Message[]) => messages.find(({ refusal }) => refusal)?.refusal;

async function failureOf(act: () => Promise<unknown>): Promise<Error | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error('something that is no Error was thrown', { cause: error });
  }
}
