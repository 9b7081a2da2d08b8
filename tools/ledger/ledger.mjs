// The book kept outside the product: what was handed over, how that was answered, and what was acknowledged, lane by lane.
import { createHash } from 'node:crypto';

export const hashOf = (content) => createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 32);

/** One lane: a customer's identity on one door, whose items are sent one after the other. */
export class Lane {
  constructor(spec, opened) {
    Object.assign(this, { spec, opened });
    /** In the order they were first acknowledged: { id, hash }. */
    this.acknowledged = [];
    this.ids = new Set();
    this.repeated = 0;
    /** Handed over, but never acknowledged: it may be there or not. */
    this.open = new Set();
  }

  acknowledge({ id, content }) {
    this.open.delete(id);
    if (this.ids.has(id)) return void (this.repeated += 1);
    this.ids.add(id);
    this.acknowledged.push({ id, hash: hashOf(content) });
  }

  /** Was it handed over on this lane? */
  knows(id) {
    return this.ids.has(id) || this.open.has(id);
  }
}

/** Answers that were no acknowledgement, counted by what they were. */
export class Refusals {
  counts = {};

  note(what) {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  get total() {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
  }

  toString() {
    return Object.entries(this.counts).sort((a, b) => b[1] - a[1]).map(([what, count]) => `${count} x ${what}`).join(', ') || 'none';
  }
}

export const total = (lanes, field) => lanes.reduce((sum, lane) => sum + (Array.isArray(lane[field]) ? lane[field].length : lane[field]), 0);
