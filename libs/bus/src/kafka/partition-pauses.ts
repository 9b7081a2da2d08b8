import { Backoff } from '../backoff';

/** Partitions whose batch failed rest for a growing while; without the rest kafkajs brings the batch again at once. */
export class PartitionPauses {
  private readonly backoffs = new Map<number, Backoff>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private held: (() => void)[] = [];

  pause(partition: number, resume: () => void): void {
    const backoff = this.backoffs.get(partition) ?? new Backoff();
    this.backoffs.set(partition, backoff);
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      resume();
    }, backoff.next());
    this.timers.add(timer);
  }

  /** Rests until it is released. */
  hold(resume: () => void): void {
    this.held.push(resume);
  }

  /** Resumes what was held. */
  release(): void {
    for (const resume of this.held.splice(0)) resume();
  }

  reset(partition: number): void {
    this.backoffs.delete(partition);
  }

  /** Nothing is resumed any more. */
  end(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    this.held = [];
  }
}
