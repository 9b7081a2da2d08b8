import { PARKED_CHANNEL } from '@throughline/bus';
import type { EventStore } from '@throughline/event-store';
import type { Database } from '@throughline/postgres';
import { InteractionFinder, type SeenInteraction } from './interaction-finder';
import { firstOf, WaitingRoom, type Awaited } from './waiting-room';

/** Looked for by one statement: what a wake-up costs does not grow with those who wait. */
const AT_ONCE = 500;

/**
 * Answers what became of an interaction, and lets callers wait until it is there. What this process takes in is looked for by
 * name, what others do where the log wakes it; a poll is the fallback.
 */
export class InteractionWatch {
  private readonly room = new WaitingRoom();
  private readonly finder: InteractionFinder;
  /** To be looked for by the next look. */
  private readonly asked = new Set<Awaited>();
  /** Something came, nobody says what. */
  private grown = false;
  private looking = false;
  private listening: { close(): Promise<void> }[] = [];
  private poll: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly database: Pick<Database, 'reader' | 'listen'>,
    store: Pick<EventStore, 'known'>,
    private readonly pollMs = 1_000,
  ) {
    this.finder = new InteractionFinder(database, store);
  }

  async open(): Promise<void> {
    this.listening = await Promise.all([
      this.database.listen('log', (from) => from === 'elsewhere' && this.grow()),
      this.database.listen(PARKED_CHANNEL, () => this.grow()),
    ]);
  }

  /** Ends every wait, and lets nobody wait any more. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.poll);
    for (const awaited of this.room.longest(this.room.size)) this.room.settle(awaited, undefined);
    await Promise.all(this.listening.map((listening) => listening.close()));
  }

  /** @param waitMs how long to wait for it; undefined where it has not come by then */
  see(tenant: string, id: string, waitMs: number): Promise<SeenInteraction | undefined> {
    const seen = this.room.enter(tenant, id, this.closed ? 0 : waitMs);
    this.ask(this.room.awaited(tenant, [id]));
    return seen;
  }

  /** The log of this process holds these now. */
  applied(tenant: string, ids: readonly string[]): void {
    this.ask(this.room.awaited(tenant, ids));
  }

  private ask(awaited: readonly Awaited[]): void {
    for (const one of awaited) this.asked.add(one);
    if (awaited.length > 0) this.wake();
  }

  private grow(): void {
    this.grown = this.room.size > 0;
    this.wake();
  }

  /** One look at a time; what comes meanwhile is for the next. */
  private wake(): void {
    if (this.looking) return;
    this.looking = true;
    void this.look();
  }

  private async look(): Promise<void> {
    for (;;) {
      const asked = this.next();
      if (asked.length > 0) await this.lookFor(asked);
      else if (this.grown) await this.lookAround();
      else break;
    }
    this.looking = false;
    if (this.room.size > 0 && !this.closed) this.poll ??= setTimeout(() => this.askForAll(), this.pollMs);
  }

  private next(): Awaited[] {
    const asked = firstOf(this.asked, AT_ONCE);
    for (const one of asked) this.asked.delete(one);
    return asked;
  }

  private askForAll(): void {
    this.poll = undefined;
    this.ask(this.room.longest(this.room.size));
  }

  /** Interactions come about in the order in which they are waited for: where none of the first is there, the others wait on. */
  private async lookAround(): Promise<void> {
    this.grown = false;
    for (let left = this.room.size; left > 0; left -= AT_ONCE) {
      if (!(await this.lookFor(this.room.longest(AT_ONCE)))) return;
    }
  }

  /** True where any was found. */
  private async lookFor(asked: readonly Awaited[]): Promise<boolean> {
    let any = false;
    for (const [tenant, awaited] of Map.groupBy(asked, (one) => one.tenant)) any = (await this.lookForOwn(tenant, awaited)) || any;
    return any;
  }

  private async lookForOwn(tenant: string, awaited: readonly Awaited[]): Promise<boolean> {
    try {
      const found = await this.finder.find(tenant, awaited.map(({ id }) => id));
      for (const one of awaited) {
        const seen = found.get(one.id);
        if (seen) this.room.settle(one, seen);
        // Whoever asked after this look began has another look coming.
        else if (!this.asked.has(one)) this.room.missed(one);
      }
      return found.size > 0;
    } catch (error) {
      for (const one of awaited) this.room.fail(one, error);
      return false;
    }
  }
}
