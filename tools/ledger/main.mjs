// npm run ledger: sends interactions through every door while processes are killed (kill -9), then holds the public API against
// a ledger of its own. Exit code 1 where anything was lost, doubled, changed or misplaced.
//   node tools/ledger/main.mjs --mode embedded|distributed [--kills 20] [--rate 200]
// embedded starts and kills its own process (DATA_DIR, PORT); distributed works on what `npm run up` started.
import '../require-node.mjs';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readDemoFile } from '../clients/demo-file.mjs';
import { check } from './check.mjs';
import { chat, generic, mail, twilio, whatsApp } from './doors.mjs';
import { total } from './ledger.mjs';
import { startLoad } from './load.mjs';
import { distributedVictims, embeddedVictim } from './victims.mjs';

const { values } = parseArgs({ options: { mode: { type: 'string', default: 'embedded' }, kills: { type: 'string', default: '20' }, rate: { type: 'string', default: '200' } } });
const kills = Number(values.kills);
const rate = Number(values.rate);
const run = Date.now().toString(36);

/** Lanes by door, and how many items a second each lane sends; together a little over the rate, since a tenth is sent twice. */
const MIX = [
  [generic, 60, 0.6],
  [twilio, 20, 0.15],
  [whatsApp, 20, 0.15],
  [mail, 10, 0.05],
  [chat, 10, 0.05],
];

async function openDoors(demo) {
  const doors = [];
  for (const [open, lanes, share] of MIX) {
    for (let lane = 0; lane < lanes; lane += 1) doors.push({ door: await open(demo, run, lane), everyMs: (1000 * lanes) / (rate * share) });
  }
  return doors;
}

async function killAll(victims) {
  const report = [];
  for (let n = 1; n <= kills; n += 1) {
    await wait(1_000 + Math.random() * 9_000);
    const kill = await victims.killOne();
    report.push(kill);
    console.log(`kill ${String(n).padStart(2)}  ${kill.name.padEnd(11)} ready again after ${(kill.downMs / 1000).toFixed(1)} s${kill.silent.length > 0 ? `  DID NOT ANSWER: ${kill.silent.join(', ')}` : ''}`);
  }
  return report;
}

function print(lanes, seconds, verdict, report) {
  const acknowledged = total(lanes, 'acknowledged');
  console.log(`\n${acknowledged} interactions acknowledged in ${seconds.toFixed(0)} s (${(acknowledged / seconds).toFixed(0)}/s), ${total(lanes, 'repeated')} sent twice, ${total(lanes, 'refused')} attempts without a good answer`);
  for (const name of new Set(lanes.map(({ door }) => door.name))) console.log(`  ${name.padEnd(9)} ${total(lanes.filter(({ door }) => door.name === name), 'acknowledged')}`);
  console.log(`lost ${verdict.lost}, doubled ${verdict.doubled}, changed ${verdict.changed}, strangers ${verdict.strangers}, out of order ${verdict.misplaced}; services that did not answer while another was down: ${report.flatMap(({ silent }) => silent).length}`);
}

const env = { ...process.env, PORT: process.env.PORT ?? '8080', LOG_LEVEL: 'error' };
const embedded = values.mode === 'embedded';
const victims = embedded ? await embeddedVictim(env, `http://127.0.0.1:${env.PORT}`) : undefined;
const demo = readDemoFile();
const others = victims ?? (await distributedVictims(demo));
const started = Date.now();
const load = startLoad(await openDoors(demo));
const report = await killAll(others);
await load.stop();
const seconds = (Date.now() - started) / 1000;
const verdict = await check(demo, load.lanes, 60_000);
print(load.lanes, seconds, verdict, report);
await others.close();
const good = Object.values(verdict).every((count) => count === 0) && report.every(({ silent }) => silent.length === 0);
process.exit(good ? 0 : 1);
