// Sends at a steady rate over many lanes; a lane repeats an item until it is acknowledged, and sends one in ten twice.
import { setTimeout as wait } from 'node:timers/promises';
import { Lane } from './ledger.mjs';

const TWICE = 0.1;
const RETRY_MS = 250;

async function sendUntilAcknowledged(door, lane, item) {
  for (;;) {
    lane.sent += 1;
    try {
      if (await door.send(item)) return;
    } catch {
      // No answer, or a refusal: the gateway does not know whether it was taken, so it sends the same again.
    }
    lane.refused += 1;
    await wait(RETRY_MS);
  }
}

async function runLane(door, lane, everyMs, running) {
  let due = Date.now() + Math.random() * everyMs;
  for (let n = 0; running(); n += 1) {
    await wait(Math.max(0, due - Date.now()));
    due += everyMs; // what a pause held up is caught up on: gateways keep what they could not hand over
    const item = door.item(n);
    await sendUntilAcknowledged(door, lane, item);
    lane.acknowledge(item);
    if (Math.random() >= TWICE) continue;
    lane.repeated += 1;
    await sendUntilAcknowledged(door, lane, item);
  }
}

/** Starts the load. `doors`: [{ door, everyMs }]. The answer's `stop` resolves when every item in flight is acknowledged. */
export function startLoad(doors) {
  let on = true;
  const lanes = doors.map(({ door }) => new Lane(door, door.identity));
  const done = Promise.all(doors.map(({ door, everyMs }, i) => runLane(door, lanes[i], everyMs, () => on)));
  const stop = async () => {
    on = false;
    await done;
    for (const { door } of doors) door.close?.();
  };
  return { lanes, stop };
}
