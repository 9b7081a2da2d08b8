// `core`: the door, the store, and how soon what was accepted can be read, in embedded mode.
import { Contender } from '../stand/contender.mjs';
import { Stand } from '../stand/postgres.mjs';
import { Appends } from './append.mjs';
import { AtOnce } from './at-once.mjs';
import { Doors } from './doors.mjs';
import { tellSafety } from './safety.mjs';

/** @param plan rounds, seconds a cell, profile (a folder for CPU profiles, or undefined) */
export async function run(plan) {
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
  const appends = await Appends.open(stand);
  const doors = await Doors.open(stand);
  const parts = [doors, appends, new AtOnce(doors.whole)];
  for (let number = 0; number < plan.rounds; number += 1) {
    console.log(`round ${number + 1} of ${plan.rounds}`);
    for (const part of parts) await part.round(number, plan);
  }
  await tellSafety(stand, appends);
  console.log('rows counted:', JSON.stringify({ ...(await doors.checkCounts()), append: await appends.checkCounts() }));
  return { postgres, rows: parts.flatMap((part) => part.rows()) };
}
