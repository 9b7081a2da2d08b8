import { keyTimes } from './key-calendar';

/**
 * Boxes one process seals under one key. AES-GCM with random nonces of 96 bits is good for 2^32 boxes under a key
 * (NIST SP 800-38D, 8.3: then two nonces are equal with a chance of 2^-32). A key may be used by 64 process lives to this
 * bound: 2^26 boxes are 776 a second all day long.
 */
export const BOXES_PER_KEY = 2 ** 26;

/** Counts what a process seals under each key, and passes on to the key's next part, `<id>.<n>`, when its share is spent. */
export class BoxBudget {
  private readonly spent = new Map<string, number>();

  constructor(private readonly share: number) {}

  /** The key that seals the next box where the calendar says `base`. */
  keyId(base: string): string {
    return partOf(base, this.part(base));
  }

  /** True where `partIds` has one more to say from now on. */
  spend(base: string): boolean {
    const boxes = (this.spent.get(base) ?? 0) + 1;
    this.spent.set(base, boxes);
    return this.soon(boxes) > this.soon(boxes - 1);
  }

  /** Parts that are needed, and those that will be soon: made when half of a share is spent, since sealing does not wait. */
  partIds(): string[] {
    return [...this.spent].flatMap(([base, boxes]) => {
      return [...new Set([this.part(base), this.soon(boxes)])].filter((part) => part > 0).map((part) => partOf(base, part));
    });
  }

  forgetPast(at: number): void {
    for (const base of this.spent.keys()) if (keyTimes(base).sealUntil <= at) this.spent.delete(base);
  }

  /** The part in use, or the next one where half of its share is spent. */
  private soon(boxes: number): number {
    return Math.floor((boxes + this.share / 2) / this.share);
  }

  private part(base: string): number {
    return Math.floor((this.spent.get(base) ?? 0) / this.share);
  }
}

const partOf = (base: string, part: number) => (part === 0 ? base : `${base}.${part}`);
