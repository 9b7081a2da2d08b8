import { ThroughlineError, unavailable } from '@throughline/contracts';
import { answersOf, type AppendRow } from './append-answer';
import { groupStatement } from './append';
import { AppendCall } from './append-call';
import { AppendGroup } from './append-group';
import { AppendQueue, type Waiting } from './append-queue';
import type { Appender, AppenderOptions } from './appender.contract';
import { Deadlines, type Timed } from './deadlines';
import type { AppendOutcome, AppendResult, Expectation, NewEvent } from './event-store.contract';

const ATTEMPTS = 5;
/** Another transaction was in the way: the same group may pass when it is sent again. */
const AGAIN = new Set(['40001', '40P01']);

interface Call extends Waiting, Timed {
  tenants: readonly string[];
  answer: PromiseWithResolvers<AppendResult>;
}

/** Opens the appender of a process. It holds no session of its own. */
export function openAppender(options: AppenderOptions): Appender {
  return new GroupAppender(options);
}

class GroupAppender implements Appender {
  private readonly queue = new AppendQueue<Call>();
  private readonly busy = new Set<string>();
  private readonly deadlines: Deadlines<Call>;
  private flights = 0;
  private flying = 0;
  private scheduled = false;
  private closed = false;

  constructor(private readonly options: AppenderOptions) {
    this.deadlines = new Deadlines(options.deadlineMs ?? 15_000, (call) => this.giveUp(call));
  }

  append(tenants: readonly string[], events: readonly NewEvent[]): Promise<AppendOutcome[]>;
  append(tenants: readonly string[], events: readonly NewEvent[], expected: readonly Expectation[]): Promise<AppendResult>;
  async append(tenants: readonly string[], events: readonly NewEvent[], expected: readonly Expectation[] = []): Promise<AppendResult> {
    if (events.some(({ tenant }) => !tenants.includes(tenant))) throw new Error('an event is of a tenant that the call is not for');
    if (events.length === 0) return [];
    const bytes = events.reduce((sum, { envelope, box }) => sum + envelope.length + box.length, 0);
    this.demandRoom(events.length, bytes);
    const call: Call = { call: new AppendCall(events, expected), bytes, tenants, answer: Promise.withResolvers(), due: 0 };
    this.queue.add(call);
    this.deadlines.add(call);
    this.schedule();
    return call.answer.promise.finally(() => this.deadlines.delete(call));
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.allSettled([...this.deadlines].map(({ answer }) => answer.promise));
    this.deadlines.close();
  }

  private demandRoom(events: number, bytes: number): void {
    if (this.closed) throw unavailable('append-closed', 'this process appends no more');
    const { maxWaiting = 20_000, maxWaitingBytes = 64 << 20 } = this.options;
    const full = this.queue.events + events > maxWaiting || this.queue.bytes + bytes > maxWaitingBytes;
    if (full && this.queue.size > 0) throw unavailable('append-queue-full', 'too many events wait to be appended');
  }

  private giveUp(call: Call): void {
    this.queue.remove(call);
    call.answer.reject(unavailable('append-deadline', 'the database did not answer in time'));
  }

  /** After what else runs in this turn: those who were answered by a flight call again, and go into the next together. */
  private schedule(): void {
    if (this.scheduled || this.flights >= this.most) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      while (this.flights < this.most && this.start());
    });
  }

  private get most(): number {
    return this.options.flights ?? 2;
  }

  /** Takes this flight's share of all calls outstanding, so that flights are of one size. False where none can start. */
  private start(): boolean {
    const group = this.queue.take(Math.ceil((this.queue.size + this.flying) / this.most), this.busy);
    if (group.length === 0) return false;
    void this.fly(group);
    return true;
  }

  private async fly(group: readonly Call[]): Promise<void> {
    const streams = group.flatMap(({ call }) => [...call.streams]);
    for (const stream of streams) this.busy.add(stream);
    this.flights += 1;
    this.flying += group.length;
    await this.send(group);
    this.flights -= 1;
    this.flying -= group.length;
    for (const stream of streams) this.busy.delete(stream);
    this.schedule();
  }

  /** Answers every call of the group. Where the group cannot be written, its halves are, in their order: in the end the call alone fails that is at fault. */
  private async send(group: readonly Call[], attempt = 1): Promise<void> {
    try {
      const answers = await this.write(group);
      for (const [index, { answer }] of group.entries()) answer.resolve(answers[index]!);
    } catch (error) {
      if (attempt < ATTEMPTS && AGAIN.has((error as { code?: string }).code ?? '')) return this.send(group, attempt + 1);
      if (group.length === 1 || error instanceof ThroughlineError) {
        for (const { answer } of group) answer.reject(error);
        return;
      }
      const half = Math.ceil(group.length / 2);
      await this.send(group.slice(0, half));
      await this.send(group.slice(half));
    }
  }

  private async write(calls: readonly Call[]): Promise<AppendResult[]> {
    const { database } = this.options;
    const group = new AppendGroup(calls.map(({ call }) => call));
    const tenants = new Set(calls.flatMap((call) => call.tenants));
    const { rows } = await database.call<AppendRow>('writer', groupStatement(tenants, group));
    database.notify('log');
    return answersOf(group, rows[0]!);
  }
}
