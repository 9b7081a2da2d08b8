// npm run bench -- <name> [--json] [--rounds 3] [--seconds 4] [--profile <folder>]
// Compares the product with peers on this machine, side by side in one run. Prints a table; with --json its last line is one
// JSON object (docs/api.md, "Running"). --profile keeps a CPU profile of every cell's last round. Exit code 1 where a cell's counts do not add up.
import '../tools/require-node.mjs';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { printTable } from './report.mjs';
import { machine } from './stand/machine.mjs';

const SUITES = { core: () => import('./core/suite.mjs') };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, rounds: { type: 'string', default: '3' }, seconds: { type: 'string', default: '4' }, profile: { type: 'string' } },
});
const name = positionals[0] ?? '';
const plan = { rounds: Number(values.rounds), seconds: Number(values.seconds), profile: values.profile && resolve(values.profile) };
if (!SUITES[name] || !(plan.rounds >= 1) || !(plan.seconds > 0)) {
  console.error(`npm run bench -- <${Object.keys(SUITES).join('|')}> [--json] [--rounds 3] [--seconds 4] [--profile <folder>]`);
  process.exit(2);
}
if (spawnSync(process.execPath, ['tools/build.mjs'], { stdio: 'inherit' }).status !== 0) process.exit(1);

if (plan.profile) mkdirSync(plan.profile, { recursive: true });
const { run } = await SUITES[name]();
const { rows, postgres } = await run(plan);
const here = { ...machine(), postgres };
printTable(rows, here, plan);
if (values.json) console.log(JSON.stringify({ name, rows, machine: here }));
process.exit();
