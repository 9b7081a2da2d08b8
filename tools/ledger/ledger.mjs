// The book kept outside the product: what was handed over, with the hash of its content, and what was acknowledged.
import { createHash } from 'node:crypto';

export const hashOf = (content) => createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 32);

/** One lane: a customer's identity on one door, whose items are sent one after the other. */
export class Lane {
  /** @param {{ namespace: string, value: string }} identity */
  constructor(door, identity) {
    this.door = door;
    this.identity = identity;
    /** In the order they were acknowledged: { id, hash }. */
    this.acknowledged = [];
    this.sent = 0;
    this.repeated = 0;
    this.refused = 0;
  }

  acknowledge(item) {
    this.acknowledged.push({ id: item.id, hash: hashOf(item.content) });
  }
}

export const total = (lanes, field) => lanes.reduce((sum, lane) => sum + (field === 'acknowledged' ? lane.acknowledged.length : lane[field]), 0);
