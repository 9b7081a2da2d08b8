// npm run faults: hurts a product of its own in one way after the other, under load, and prints what came of it. Exit code 1
// where one row is bad. Needs root for full disks.
//   node tools/faults/main.mjs --mode embedded|distributed [--only <fault>[/<part of a drill's name>],...] [--rate 40] [--out faults.json]
import '../require-node.mjs';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { isReady, until } from '../products/ready.mjs';
import brokerLost from './broker-lost.mjs';
import clockJump from './clock-jump.mjs';
import diskFull from './disk-full.mjs';
import { runDrill } from './drill.mjs';
import network from './network.mjs';
import rebuild from './rebuild.mjs';
import { openRoom } from './room.mjs';
import stopped from './stopped.mjs';
import { oneLine, tableOf } from './table.mjs';
import zombie from './zombie.mjs';

const FAULTS = [stopped, zombie, rebuild, brokerLost, network, clockJump, diskFull];
const WELL_LIMIT_MS = 60_000;

const text = (value) => ({ type: 'string', default: value });
const { values } = parseArgs({ options: { mode: text('embedded'), only: text(''), rate: text('40'), out: { type: 'string' } } });
const only = values.only.split(',').filter(Boolean);
const rows = [];
let room;
let needed;

const isFault = (name) => only.length === 0 || only.some((part) => part.split('/')[0] === name);
const isDrill = (fault, drill) => only.length === 0 || only.some((part) => part === fault || (part.startsWith(`${fault}/`) && drill.includes(part.slice(fault.length + 1))));

function report(row) {
  rows.push(row);
  console.log(oneLine(row));
  if (values.out) writeFileSync(values.out, `${JSON.stringify({ mode: values.mode, rows }, null, 2)}\n\n${tableOf(rows)}\n`);
}

/** One product serves drills of the same needs, as long as it is well after each. */
async function roomFor(needs) {
  if (room && needed === needs && (await until(() => isReady(room.product.url), WELL_LIMIT_MS, 'ready').then(() => true, () => false))) return room;
  await closeRoom();
  console.log(`starting a product (${values.mode}, ${needs})`);
  room = await openRoom(values.mode, needs);
  needed = needs;
  return room;
}

async function closeRoom() {
  const old = room;
  room = undefined;
  await old?.close();
}

/** What goes wrong in the tool itself is a bad row, not the end of the table. */
async function tried(fault, drill, work) {
  try {
    const row = await work();
    if (row) report({ fault: fault.name, ...row });
  } catch (error) {
    report({ fault: fault.name, drill, failed: `the drill itself failed: ${error.message.slice(0, 300)}`, good: false });
    await closeRoom();
  }
}

async function runFault(fault) {
  const reason = fault.modes.includes(values.mode) ? fault.skip?.() : `not in ${values.mode} mode`;
  if (reason) return report({ fault: fault.name, skipped: reason, good: false });
  if (fault.run) return tried(fault, '', async () => fault.run(await roomFor(fault.needs), Number(values.rate)));
  return tried(fault, '', () => runDrills(fault));
}

async function runDrills(fault) {
  const names = fault.drills(await roomFor(fault.needs)).map(({ name }) => name);
  for (const [index, name] of names.entries()) {
    // Drills are made anew for each room: a former one may have been closed.
    if (isDrill(fault.name, name)) await tried(fault, name, async () => runDrill((await roomFor(fault.needs)).product, fault.drills(room)[index], Number(values.rate)));
  }
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void closeRoom().finally(() => process.exit(130)));
if (spawnSync(process.execPath, ['tools/build.mjs'], { stdio: 'inherit' }).status !== 0) process.exit(1);
try {
  for (const fault of FAULTS.filter(({ name }) => isFault(name))) await runFault(fault);
} finally {
  await closeRoom();
}
console.log(`\n${tableOf(rows)}`);
process.exit(rows.every(({ good, skipped }) => good || skipped) ? 0 : 1);
