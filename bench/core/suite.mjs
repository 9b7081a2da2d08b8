// `core`: the door, the store, what becomes of an interaction until it can be read, and what that costs. Each part has its own
// contenders and ends them; within a part all take turns in every round.
import { Contender } from '../stand/contender.mjs';
import { Stand } from '../stand/postgres.mjs';
import { Appends } from './append.mjs';
import { AtOnce } from './at-once.mjs';
import { Doors } from './doors.mjs';
import { EndToEnd } from './end-to-end.mjs';
import { Memory } from './memory.mjs';
import { Rebuild } from './rebuild.mjs';
import { Subscriber } from './subscriber.mjs';
import { tellAppends, tellSettings } from './safety.mjs';
import { Timeline } from './timeline.mjs';

/** A part: open(stand, plan), round(number, plan), checkCounts() (throws where they do not add up), rows(); `rounds`, where it wants other than planned. */
const PARTS = { append: Appends, subscriber: Subscriber, doors: Doors, 'end-to-end': EndToEnd, 'at-once': AtOnce, rebuild: Rebuild, timeline: Timeline, memory: Memory };

export const partNames = Object.keys(PARTS);

/** @param plan as plan.mjs reads it */
export async function run(plan) {
  const stand = await Stand.start();
  const end = ending(stand);
  const interrupted = (signal) => void end().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, interrupted);
  try {
    await tellSettings(stand);
    const rows = [];
    for (const name of plan.parts) rows.push(...(await measure(name, stand, plan)));
    const [{ server_version: postgres }] = await stand.ask('postgres', 'SHOW server_version');
    return { postgres, rows };
  } finally {
    await end();
  }
}

/** Ends the contenders before what they stand on, once. */
function ending(stand) {
  let ended;
  const end = async () => {
    await Contender.stopAll();
    await stand.stop();
  };
  return () => (ended ??= end());
}

async function measure(name, stand, plan) {
  console.log(`\n${name}`);
  const part = await PARTS[name].open(stand, plan);
  const rounds = part.rounds ?? plan.rounds;
  for (let number = 0; number < rounds; number += 1) {
    console.log(` round ${number + 1} of ${rounds}`);
    await part.round(number, plan);
  }
  if (part.verify) await tellAppends(stand, part);
  console.log(` rows counted: ${JSON.stringify(await part.checkCounts())}`);
  await Contender.stopAll();
  return part.rows();
}
