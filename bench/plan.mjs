// What a run is told on the command line.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** By name: default and meaning. */
const NUMBERS = {
  rounds: [5, 'rounds; the medians over them count'],
  seconds: [4, 'seconds of load in a cell'],
  steady: [60, 'at-once: seconds of 300 interactions a second, in each mode'],
  replayed: [100_000, 'rebuild: events in the log'],
  events: [200_000, 'timeline: events in the large store'],
  stalled: [100_000, 'memory: interactions taken while the consumer stands still'],
};

const OPTIONS = {
  json: { type: 'boolean' },
  rows: { type: 'string' },
  out: { type: 'string' },
  profile: { type: 'string' },
  ...Object.fromEntries(Object.keys(NUMBERS).map((name) => [name, { type: 'string' }])),
};

const usage = (parts) => `npm run bench -- core [--json] [--rows ${parts.join(',')}] [--out <file>] [--profile <folder>]
${Object.entries(NUMBERS).map(([name, [standard, what]]) => `  --${name} ${standard}`.padEnd(20) + what).join('\n')}`;

/**
 * @param suites by name, the names of the parts each has
 * @returns name, json, parts, out, profile and the numbers. Throws an error that says how it is used.
 */
export function readPlan(args, suites) {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: OPTIONS });
  const [name] = positionals;
  const known = suites[name] ?? [];
  const parts = values.rows?.split(',') ?? known;
  const numbers = Object.fromEntries(Object.entries(NUMBERS).map(([key, [standard]]) => [key, Number(values[key] ?? standard)]));
  const bad = known.length === 0 || parts.some((part) => !known.includes(part)) || Object.values(numbers).some((value) => !(value > 0));
  if (bad) throw new Error(usage(known.length > 0 ? known : Object.values(suites).flat()));
  const path = (text) => text && resolve(text);
  return { name, json: values.json === true, parts, out: path(values.out), profile: path(values.profile), ...numbers };
}
