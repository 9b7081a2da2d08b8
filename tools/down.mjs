// npm run down: ends exactly the processes that `npm run up` started; the data stays.
import './require-node.mjs';
import { setTimeout as delay } from 'node:timers/promises';
import { home, readState, runs } from './up/state.mjs';

const LIMIT_MS = 90_000;

async function endAll(identities, signal) {
  for (const identity of identities.filter(runs)) process.kill(Number.parseInt(identity, 10), signal);
  for (const limit = Date.now() + LIMIT_MS; identities.some(runs) && Date.now() < limit; ) await delay(100);
}

const state = readState();
const processes = Object.entries(state?.processes ?? {}).map(([name, { identity }]) => ({ name, identity }));
const running = [{ name: 'supervisor', identity: state?.supervisor }, ...processes].filter(({ identity }) => runs(identity));

if (running.length === 0) {
  console.log('nothing runs');
} else {
  if (runs(state.supervisor)) await endAll([state.supervisor], 'SIGTERM');
  // A supervisor that was killed may have left some; the same numbers with the same start are still ours.
  await endAll(processes.map(({ identity }) => identity), 'SIGTERM');
  await endAll(processes.map(({ identity }) => identity), 'SIGKILL');
  console.log(`ended: ${running.map(({ name }) => name).join(', ')}; the data stays in ${home}`);
}
