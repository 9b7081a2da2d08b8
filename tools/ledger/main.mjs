// npm run ledger: sends interactions through every door, some twice and not in their order, while processes are killed or
// stopped, then holds the public API against a ledger of its own and against a clean run of the same input. Exit code 1 where
// anything was lost, doubled, changed or misplaced, or the answers differ.
//   node tools/ledger/main.mjs --mode embedded|distributed [--count 10000] [--rate 200] [--duplicates 0.3] [--reorder 1000]
//     [--bounce hard,clean] [--repeat 1] [--victims services,broker,postgres] [--no-clean-run] [--out report.json]
// embedded starts and kills its own process (DATA_DIR, PORT); distributed works on what `npm run up` started.
import '../require-node.mjs';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { attachDistributed } from '../products/distributed.mjs';
import { startEmbedded } from '../products/embedded.mjs';
import { parting } from './answers.mjs';
import { check, clean, hashOfAnswers } from './check.mjs';
import { cleanRun } from './clean-run.mjs';
import { disorder } from './disorder.mjs';
import { total } from './ledger.mjs';
import { Load } from './load.mjs';
import { items, makePlan } from './plan.mjs';
import { bounceOne, bouncesOf } from './victims.mjs';

const text = (value) => ({ type: 'string', default: value });
const { values } = parseArgs({
  options: {
    ...{ mode: text('embedded'), count: text('10000'), rate: text('200'), duplicates: text('0.3'), reorder: text('1000') },
    ...{ bounce: text('hard,clean'), repeat: text('1'), victims: text('services,broker,postgres'), 'no-clean-run': { type: 'boolean' }, out: { type: 'string' } },
  },
});
const count = Number(values.count);
const rate = Number(values.rate);
const PROGRESS_MS = 10_000;
const PATIENCE_MS = 600_000;

const started = Date.now();
const say = (line) => console.log(`${String(Math.round((Date.now() - started) / 1000)).padStart(5)} s  ${line}`);

async function openProduct() {
  if (values.mode === 'distributed') return attachDistributed();
  return startEmbedded({ ...process.env, PORT: process.env.PORT ?? '8080', LOG_LEVEL: 'error' });
}

/** Bounces follow the load's progress, each at a random place in its share of it, so that each is met whatever the machine's speed. */
async function bounceAlong(product, load, entries) {
  const bounces = values.bounce.split(',').filter(Boolean);
  const plan = Array.from({ length: Number(values.repeat) }, () => bouncesOf(product, values.victims.split(','), bounces)).flat();
  const report = [];
  for (const [index, bounce] of plan.entries()) {
    await load.reached(Math.floor((entries * (index + Math.random())) / plan.length));
    const done = await bounceOne(product, bounce);
    report.push(done);
    say(`${done.bounce.padEnd(5)} bounce of ${done.name.padEnd(10)} ready again after ${(done.downMs / 1000).toFixed(1)} s${done.silent.length > 0 ? `  DID NOT ANSWER: ${done.silent.join(', ')}` : ''}`);
  }
  return report;
}

async function faultyRun(product, plan, entries) {
  const load = await Load.open(product.demo, plan);
  const progress = setInterval(() => say(`${load.done} of ${entries.length} acknowledged, ${load.refusals.total} attempts without`), PROGRESS_MS);
  const begun = Date.now();
  load.start(entries, rate);
  const [report] = await Promise.all([bounceAlong(product, load, entries.length), load.finished()]);
  clearInterval(progress);
  const seconds = (Date.now() - begun) / 1000;
  say(`all acknowledged after ${seconds.toFixed(0)} s (${(entries.length / seconds).toFixed(0)}/s); reading everything back`);
  return { load, report, seconds, ...(await check(product.demo, load.lanes, PATIENCE_MS)) };
}

const told = ({ verdict: { lost, doubled, changed, strangers, misplaced, unsorted, backwards } }) =>
  `lost ${lost}, doubled ${doubled}, changed ${changed}, strangers ${strangers}, out of order ${misplaced + unsorted + backwards}`;

function print(faulty, deaths) {
  const { load } = faulty;
  console.log(`\n${total(load.lanes, 'acknowledged')} interactions of ${new Set(load.lanes.map(({ spec }) => spec.customer)).size} customers acknowledged, ${total(load.lanes, 'repeated')} sent twice; attempts without a good answer: ${load.refusals}`);
  for (const door of new Set(load.lanes.map(({ spec }) => spec.door))) console.log(`  ${door.padEnd(9)} ${total(load.lanes.filter(({ spec }) => spec.door === door), 'acknowledged')}`);
  console.log(`${told(faulty)}; services that did not answer while another was down: ${faulty.report.flatMap(({ silent }) => silent).length}; ended by themselves: ${deaths}`);
}

async function compare(plan, faulty) {
  say('the clean run: the same input, once and in order, into a fresh product');
  const reference = await cleanRun(plan, count);
  const [ours, theirs] = [hashOfAnswers(faulty.answers), hashOfAnswers(reference.answers)];
  const differing = [...reference.answers].filter(([name, answer]) => faulty.answers.get(name) !== answer);
  console.log(`clean run: ${told(reference)}`);
  console.log(`hash of every profile and timeline: ${ours}\n                    in the clean run: ${theirs}  ${ours === theirs ? 'equal' : `DIFFERENT for ${differing.length} customers`}`);
  if (differing.length > 0) console.log(`${differing[0][0]} ${parting(faulty.answers.get(differing[0][0]) ?? '', differing[0][1])}`);
  return { verdict: reference.verdict, hash: theirs, equal: ours === theirs && clean(reference.verdict), differing: differing.map(([name]) => name) };
}

const plan = makePlan({ run: started.toString(36), now: started, count });
const entries = disorder([...items(plan, count)], { duplicates: Number(values.duplicates), window: Number(values.reorder), seed: plan.seed });
const product = await openProduct();
const faulty = await faultyRun(product, plan, entries);
const { deaths } = product;
if (product.mode === 'embedded') await product.stop();
print(faulty, deaths);
const reference = values['no-clean-run'] ? undefined : await compare(plan, faulty);
const good = clean(faulty.verdict) && faulty.report.every(({ silent }) => silent.length === 0) && deaths === 0 && (reference?.equal ?? true);
const { verdict, report, seconds, load } = faulty;
if (values.out) writeFileSync(values.out, `${JSON.stringify({ options: values, seconds, verdict, refusals: load.refusals.counts, deaths, bounces: report, hash: hashOfAnswers(faulty.answers), reference, good }, null, 2)}\n`);
process.exit(good ? 0 : 1);
