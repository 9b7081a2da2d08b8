// Holds the servers of a test run: `node keeper.mjs postgres kafka` prints one line of JSON with their addresses and ends
// them when its standard input closes, which happens even when the test run is killed.
import { engineAnswers, kafkaContainer, postgresContainer } from './docker.mjs';
import { kafkaProcess, postgresProcess } from './local.mjs';
import { startMoto } from './moto.mjs';

const wanted = process.argv.slice(2);
const inDocker = await engineAnswers();
const processes = { postgres: postgresProcess, kafka: kafkaProcess, aws: startMoto };
const containers = { postgres: postgresContainer, kafka: kafkaContainer };

/** An engine may answer and still not come by the image. */
async function start(name) {
  if (name === 'aws') return awsIfPossible();
  if (!inDocker) return processes[name]();
  return containers[name]().catch((error) => {
    console.error(`no container for ${name}, so a local process: ${error.message}`);
    return processes[name]();
  });
}

/** Not every machine has Python: then the specs that need it say that they are skipped, and the rest runs. */
async function awsIfPossible() {
  return processes.aws().catch((error) => {
    console.error(error.message);
    return { address: undefined, stop: async () => {} };
  });
}

const gone = new Promise((resolve) => process.stdin.resume().once('end', resolve).once('error', resolve));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.stdin.destroy(new Error(signal)));

const outcomes = await Promise.allSettled(wanted.map(start));
const started = outcomes.filter(({ status }) => status === 'fulfilled').map(({ value }) => value);
const failed = outcomes.find(({ status }) => status === 'rejected');

if (failed) {
  process.exitCode = 1;
  console.log(JSON.stringify({ error: failed.reason.message }));
} else {
  console.log(JSON.stringify(Object.fromEntries(wanted.map((name, index) => [name, started[index].address]))));
  await gone;
}
await Promise.allSettled(started.map((server) => server.stop()));
process.exit();
