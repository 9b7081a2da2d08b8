// npm run bench -- <name> [--json] [--rows ...] ...: see README.md beside this file.
// Compares the product with peers on this machine, side by side in one run. Prints a table; with --json its last line is one
// JSON object (docs/api.md, "Running"), which --out keeps in a file. Exit code 1 where counts do not add up, 2 on a bad command line.
import '../tools/require-node.mjs';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { partNames, run } from './core/suite.mjs';
import { readPlan } from './plan.mjs';
import { printTable } from './report.mjs';
import { machine } from './stand/machine.mjs';

// kafkajs 2.2.4 waits for times that are over; Node says so each time.
process.removeAllListeners('warning');

function plan() {
  try {
    return readPlan(process.argv.slice(2), { core: partNames });
  } catch (error) {
    console.error(error.message);
    process.exit(2);
  }
}

const planned = plan();
if (spawnSync(process.execPath, ['tools/build.mjs'], { stdio: 'inherit' }).status !== 0) process.exit(1);
if (planned.profile) mkdirSync(planned.profile, { recursive: true });

const { rows, postgres } = await run(planned);
const here = { ...machine(), postgres };
const result = JSON.stringify({ name: planned.name, rows, machine: here });
printTable(rows, here, planned);
if (planned.out) writeFileSync(planned.out, `${result}\n`);
if (planned.json) console.log(result);
process.exit();
