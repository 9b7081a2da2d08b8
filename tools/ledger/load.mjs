// Sends entries at a steady rate over many lanes. A lane sends one thing after the other, and each until it is acknowledged.
import { setTimeout as wait } from 'node:timers/promises';
import { openLane } from './doors.mjs';
import { Lane, Refusals } from './ledger.mjs';

const RETRY_MS = 250;
const TICK_MS = 10;

const nameOf = (error) => (error.name === 'TimeoutError' ? 'no answer in time' : 'no connection');

export class Load {
  refusals = new Refusals();
  lanes = [];
  /** Entries acknowledged, the second time included. */
  done = 0;
  #on = true;
  #patience = new AbortController();
  #byLane = new Map();
  #running = [];

  /** Opens every lane of the plan. */
  static async open(demo, plan) {
    const load = new Load();
    for (const spec of plan.lanes) load.#enter(spec, await openLane(demo, spec));
    return load;
  }

  /** Starts handing over. `rate`: entries a second; Infinity: as fast as the lanes go. What a pause held up is caught up on. */
  start(entries, rate) {
    this.#running = this.lanes.map((lane) => this.#work(lane));
    this.#dispatched = this.#dispatch(entries, rate);
    return this;
  }

  /** Resolves when so many are acknowledged. */
  async reached(count) {
    while (this.done < count) await wait(TICK_MS);
  }

  /** Resolves when everything handed to it is acknowledged. */
  async finished() {
    await this.#dispatched;
    this.#on = false;
    for (const { bell } of this.#byLane.values()) bell.ring();
    await Promise.all(this.#running);
    for (const { opened } of this.lanes) opened.close?.();
  }

  /** Takes no more entries, and gives what is under way `patienceMs` to be acknowledged. */
  async stop(patienceMs) {
    this.#on = false;
    const limit = setTimeout(() => this.#patience.abort(), patienceMs);
    await this.finished();
    clearTimeout(limit);
  }

  #dispatched = Promise.resolve();

  #enter(spec, opened) {
    const lane = new Lane(spec, opened);
    this.lanes.push(lane);
    this.#byLane.set(spec, { lane, queue: [], bell: new Bell() });
  }

  async #dispatch(entries, rate) {
    const started = Date.now();
    let handed = 0;
    for (const entry of entries) {
      while (this.#on && handed >= ((Date.now() - started) / 1000) * rate) await wait(TICK_MS);
      if (!this.#on) return;
      handed += 1;
      const { queue, bell } = this.#byLane.get(entry.item.lane);
      queue.push(entry);
      bell.ring();
    }
  }

  async #work(lane) {
    const { queue, bell } = this.#byLane.get(lane.spec);
    for (;;) {
      const entry = queue.shift();
      if (entry) await this.#hand(lane, entry.item);
      else if (this.#on) await bell.rung();
      else return;
      if (this.#patience.signal.aborted) return;
    }
  }

  /** No answer, or a refusal: the gateway does not know whether it was taken, so it sends the same again. */
  async #hand(lane, item) {
    lane.open.add(item.id);
    while (!this.#patience.signal.aborted) {
      const refused = await lane.opened.send(item).catch(nameOf);
      if (refused === undefined) {
        lane.acknowledge(item);
        this.done += 1;
        return;
      }
      this.refusals.note(refused);
      await wait(RETRY_MS);
    }
  }
}

class Bell {
  #next = Promise.withResolvers();

  ring() {
    this.#next.resolve();
  }

  async rung() {
    await this.#next.promise;
    this.#next = Promise.withResolvers();
  }
}
