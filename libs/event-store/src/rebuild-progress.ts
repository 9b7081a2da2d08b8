import type { RebuildOptions, RebuildPhase, RebuildProgress } from './rebuild.contract';

/** Counts what is folded, and tells it. */
export class ProgressCount {
  private readonly startedAt: number;
  private readonly now: () => number;
  private phase: RebuildPhase = 'preparing';
  private done = 0;
  private of = 0;

  constructor(private readonly options: Pick<RebuildOptions, 'onProgress' | 'now'>) {
    this.now = options.now ?? Date.now;
    this.startedAt = this.now();
  }

  enter(phase: RebuildPhase): void {
    this.phase = phase;
    // Ids that came twice were counted and are not there.
    if (phase !== 'folding' && this.of > this.done) this.of = this.done;
    this.tell();
  }

  expect(events: number): void {
    this.of += events;
    this.tell();
  }

  folded(events: number): void {
    this.done += events;
    this.of = Math.max(this.of, this.done);
    this.tell();
  }

  private tell(): void {
    this.options.onProgress?.(progressOf(this.phase, this.done, this.of, this.now() - this.startedAt));
  }
}

/** @param ms since the start */
function progressOf(phase: RebuildPhase, done: number, of: number, ms: number): RebuildProgress {
  const eventsPerSecond = ms > 0 ? Math.round((done / ms) * 1000) : 0;
  return { phase, done, of, eventsPerSecond, msLeft: done > 0 ? Math.round(((of - done) * ms) / done) : undefined };
}
