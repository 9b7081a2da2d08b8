/** Messages a browser keeps of a thread. */
const KEPT = 200;

/** It is with us, or never will be: no browser has to send it any more. */
const isSafe = ({ state }) => state === 'delivered' || state === 'refused';

/**
 * What a browser knows of its thread: pure, so that the page may close at any moment and go on from `toJSON`.
 * An item is { id, from: 'visitor' | 'us', text, at, state: 'waiting' | 'sent' | 'delivered' | 'refused' }.
 */
export class Thread {
  constructor(saved) {
    this.items = saved?.items ?? [];
    this.last = saved?.last;
    // What was under way when the page closed may not have arrived: it goes out again, under the same id.
    this.interrupted();
  }

  /** Takes over what another tab of the same visitor has saved, so that saving takes nothing away from it. */
  join(saved) {
    // A thread that is full has forgotten its beginning: what is older than all it holds does not come back.
    let known = this.items.length < KEPT;
    for (const theirs of saved?.items ?? []) {
      const ours = this.items.find(({ from, id }) => from === theirs.from && id === theirs.id);
      known ||= ours !== undefined;
      if (ours && isSafe(theirs)) ours.state = theirs.state;
      if (!ours && (known || !isSafe(theirs))) this.items.push({ ...theirs, state: isSafe(theirs) ? theirs.state : 'waiting' });
    }
    this.forget();
  }

  write(id, text, at) {
    this.items.push({ id, from: 'visitor', text, at, state: 'waiting' });
    this.forget();
  }

  /** The oldest message that is not safe yet: one at a time goes out, so their order stays. */
  next() {
    return this.items.find(({ state }) => state === 'waiting' || state === 'sent');
  }

  sending(id) {
    this.mark(id, 'sent');
  }

  /** The connection is gone: what was under way may or may not have arrived. */
  interrupted() {
    for (const item of this.items) if (item.state === 'sent') item.state = 'waiting';
  }

  /** Takes the server's answer; ms to wait before the next message goes out. */
  acknowledged(id, { problem }) {
    if (!problem) {
      this.mark(id, 'delivered');
      return 0;
    }
    const again = problem.status === 429 || problem.status >= 500;
    this.mark(id, again ? 'waiting' : 'refused');
    return again ? (problem.retryAfterMs ?? 1000) : 0;
  }

  /** A message of ours; false where it is here already. */
  received({ id, text, at }) {
    this.last = id;
    if (this.items.some((item) => item.from === 'us' && item.id === id)) return false;
    this.items.push({ id, from: 'us', text, at, state: 'delivered' });
    this.forget();
    return true;
  }

  /** The last message of ours that is here: the server brings what came later. */
  get after() {
    return this.last;
  }

  toJSON() {
    return { items: this.items, last: this.last };
  }

  mark(id, state) {
    const item = this.items.find((one) => one.from === 'visitor' && one.id === id);
    if (item && item.state !== 'delivered') item.state = state;
  }

  /** Only what is safe is forgotten. */
  forget() {
    while (this.items.length > KEPT) {
      const oldest = this.items.findIndex(isSafe);
      if (oldest < 0) return;
      this.items.splice(oldest, 1);
    }
  }
}
