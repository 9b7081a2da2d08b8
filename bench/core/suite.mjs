// `core`: the door, the store, and how soon what was accepted can be read, in embedded mode.
import { Contender } from '../stand/contender.mjs';
import { Stand } from '../stand/postgres.mjs';
import { Appends } from './append.mjs';
import { AtOnce } from './at-once.mjs';
import { Doors } from './doors.mjs';
import { tellSafety } from './safety.mjs';

/** What can be asked for by --rows. Each opens its parts: those with `round` and `rows`. */
const PARTS = {
  doors: async (stand) => {
    const doors = await Doors.open(stand);
    return [doors, new AtOnce(doors.whole)];
  },
  append: async (stand) => [await Appends.open(stand)],
};

/** @param plan rounds, seconds a cell, profile (a folder for CPU profiles, or undefined), rows (names of parts, or undefined for all) */
export async function run(plan) {
  const unknown = plan.rows?.filter((name) => !PARTS[name]) ?? [];
  if (unknown.length > 0) throw new Error(`--rows knows ${Object.keys(PARTS).join(', ')}, not ${unknown.join(', ')}`);
  const stand = await Stand.start();
  try {
    return await measure(stand, plan);
  } finally {
    await Contender.stopAll();
    await stand.stop();
  }
}

async function measure(stand, plan) {
  const postgres = (await stand.ask('postgres', 'SHOW server_version'))[0].server_version;
  const parts = [];
  for (const name of plan.rows ?? Object.keys(PARTS)) parts.push(...(await PARTS[name](stand)));
  for (let number = 0; number < plan.rounds; number += 1) {
    console.log(`round ${number + 1} of ${plan.rounds}`);
    for (const part of parts) await part.round(number, plan);
  }
  await tellSafety(stand, parts);
  const counts = await Promise.all(parts.map(async (part) => part.checkCounts?.()));
  console.log('rows counted:', JSON.stringify(Object.assign({}, ...counts)));
  return { postgres, rows: parts.flatMap((part) => part.rows()) };
}
