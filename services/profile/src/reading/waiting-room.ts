import type { SeenInteraction } from './interaction-finder';

/** An interaction that callers wait for. */
export interface Awaited {
  tenant: string;
  id: string;
}

interface Waiter {
  resolve: (seen: SeenInteraction | undefined) => void;
  reject: (error: unknown) => void;
  deadline: NodeJS.Timeout | undefined;
}

interface Wait extends Awaited {
  waiters: Set<Waiter>;
}

/** Callers that wait, by interaction, in the order in which they were last looked for. */
export class WaitingRoom {
  private readonly waits = new Map<string, Wait>();

  get size(): number {
    return this.waits.size;
  }

  /** @param waitMs undefined is told where nothing was by then; of 0: with the first look that finds nothing */
  enter(tenant: string, id: string, waitMs: number): Promise<SeenInteraction | undefined> {
    const wait = this.waits.get(keyOf(tenant, id)) ?? { tenant, id, waiters: new Set() };
    this.waits.set(keyOf(tenant, id), wait);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { resolve, reject, deadline: undefined };
      if (waitMs > 0) waiter.deadline = setTimeout(() => this.leave(wait, waiter)?.resolve(undefined), waitMs);
      wait.waiters.add(waiter);
    });
  }

  /** Those of these that somebody waits for. */
  awaited(tenant: string, ids: readonly string[]): Awaited[] {
    if (this.waits.size === 0) return [];
    return ids.flatMap((id) => this.waits.get(keyOf(tenant, id)) ?? []);
  }

  /** So many of those that were not looked for the longest. */
  longest(count: number): Awaited[] {
    return firstOf(this.waits.values(), count);
  }

  /** The end for all who wait for it. */
  settle({ tenant, id }: Awaited, seen: SeenInteraction | undefined): void {
    this.end(tenant, id, ({ resolve }) => resolve(seen));
  }

  fail({ tenant, id }: Awaited, error: unknown): void {
    this.end(tenant, id, ({ reject }) => reject(error));
  }

  /** It was looked for and is not there: who does not wait goes, the others wait behind those who were not looked for since. */
  missed(awaited: Awaited): void {
    const { tenant, id } = awaited;
    const wait = this.waits.get(keyOf(tenant, id));
    // Another by now: whoever came since was not looked for.
    if (wait !== awaited) return;
    for (const waiter of wait.waiters) if (!waiter.deadline) this.leave(wait, waiter)?.resolve(undefined);
    if (this.waits.delete(keyOf(tenant, id)) && wait.waiters.size > 0) this.waits.set(keyOf(tenant, id), wait);
  }

  private end(tenant: string, id: string, end: (waiter: Waiter) => void): void {
    const wait = this.waits.get(keyOf(tenant, id));
    for (const waiter of wait?.waiters ?? []) {
      this.leave(wait!, waiter);
      end(waiter);
    }
  }

  /** The waiter, where she was still there. */
  private leave(wait: Wait, waiter: Waiter): Waiter | undefined {
    clearTimeout(waiter.deadline);
    if (!wait.waiters.delete(waiter)) return undefined;
    if (wait.waiters.size === 0) this.waits.delete(keyOf(wait.tenant, wait.id));
    return waiter;
  }
}

/** So many of them at most. */
export function firstOf<T>(all: Iterable<T>, count: number): T[] {
  const first: T[] = [];
  for (const one of all) {
    if (first.length === count) break;
    first.push(one);
  }
  return first;
}

const keyOf = (tenant: string, id: string) => `${tenant}/${id}`;
