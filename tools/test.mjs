// npm test [-- <part of a path> ...]: compiles, starts each server when the first level needs it, runs Jest level by level.
// The last line is `tests: N passed, M failed`.
import './require-node.mjs';
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serversFor, startTestServers } from './test-servers/test-servers.mjs';

const LEVELS = [
  { name: 'spec', what: 'pure', file: /(?<!\.(int|kafka|e2e))\.spec\.ts$/ },
  { name: 'int.spec', what: 'real PostgreSQL', file: /\.int\.spec\.ts$/ },
  { name: 'kafka.spec', what: 'real Kafka', file: /\.kafka\.spec\.ts$/ },
  { name: 'e2e.spec', what: 'whole product', file: /\.e2e\.spec\.ts$/, inBand: true },
];
const NOTHING = { passed: 0, failed: 0, skipped: 0, broken: 0, seconds: 0 };
const filters = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const flags = process.argv.slice(2).filter((argument) => argument.startsWith('-'));

async function main(reports) {
  const results = [];
  for (const level of LEVELS) results.push({ ...level, ...(await run(level, reports)) });
  for (const { name, what, passed, failed, skipped, seconds, broken } of results) {
    const notes = [skipped > 0 && `${skipped} skipped`, broken > 0 && `${broken} files could not run`].filter(Boolean);
    console.log(`${name.padEnd(11)} ${String(passed).padStart(5)} passed, ${failed} failed, ${(seconds / 60).toFixed(1)} min (${[what, ...notes].join('; ')})`);
  }
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  const empty = filters.length === 0 ? results.filter(({ passed, failed, broken }) => passed + failed + broken === 0) : [];
  for (const { name } of empty) console.log(`no .${name} ran: a level without tests counts as a failure`);
  const failed = sum('failed') + sum('broken') + empty.length;
  if (failed > 0 || sum('passed') === 0 || results.some(({ status }) => status !== 0)) process.exitCode = 1;
  console.log(`tests: ${sum('passed')} passed, ${failed} failed`);
}

async function run({ name, file, inBand }, reports) {
  const files = chosen.filter((path) => file.test(path));
  if (files.length === 0) return { ...NOTHING, status: 0 };
  console.log(`\n${name}: ${files.length} files`);
  try {
    stops.unshift(await startTestServers(serversFor(files)));
  } catch (error) {
    console.error(error.message);
    return { ...NOTHING, broken: files.length, status: 1 };
  }
  const report = join(reports, `${name}.json`);
  const started = Date.now();
  const jest = ['node_modules/jest/bin/jest.js', '--ci', '--json', `--outputFile=${report}`, ...(inBand ? ['--runInBand'] : ['--maxWorkers=2']), ...flags];
  // kafkajs waits for times that are over, and Node says so each time.
  const { status } = spawnSync(process.execPath, ['--disable-warning=TimeoutNegativeWarning', ...jest, '--runTestsByPath', ...files], { stdio: ['ignore', 'ignore', 'inherit'] });
  return { ...countsOf(report), seconds: (Date.now() - started) / 1000, status };
}

/** A file that does not even load has no tests to count: it is `broken`. A report that is missing: Jest itself died. */
function countsOf(report) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests, broken: numRuntimeErrorTestSuites };
  } catch {
    return { passed: 0, failed: 0, skipped: 0, broken: 1 };
  }
}

const chosen = globSync('{libs,services,tools,bench}/**/*.spec.ts', { exclude: ['**/node_modules', '**/dist'] })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)))
  .sort();
const build = spawnSync(process.execPath, ['tools/build.mjs'], { stdio: 'inherit' });
const reports = mkdtempSync(join(tmpdir(), 'throughline-reports-'));
const stops = [];
try {
  if (build.status !== 0) throw new Error('the sources do not compile');
  await main(reports);
} catch (error) {
  console.error(error.message);
  console.log('tests: 0 passed, 1 failed');
  process.exitCode = 1;
} finally {
  rmSync(reports, { recursive: true, force: true });
  for (const stop of stops) await stop();
}
