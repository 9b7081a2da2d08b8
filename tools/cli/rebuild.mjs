// throughline rebuild <service>: has a running service make its read models anew from its log, and shows how far it is.
import { setTimeout as delay } from 'node:timers/promises';
import { Argument } from 'commander';
import { addressOf, askOperator, operatorToken } from './operator.mjs';

const EVERY_MS = 500;
/** Without a terminal a line each time. */
const LINE_EVERY_MS = 5_000;
const BAR = 30;

/** Adds the command. */
export function rebuild(program) {
  program
    .command('rebuild')
    .addArgument(new Argument('<service>', 'whose read models').choices(['profile']))
    .description('Makes read models anew from the log beside the live ones, then puts them in their place.')
    .option('--url <url>', 'address of the service itself (default: as npm start and npm run up have it)')
    .option('--token-file <path>', "holds the operator's token (default: OPERATOR_TOKEN, or DATA_DIR/operator-token)")
    .action(async (service, { url, tokenFile }) => follow(url ?? addressOf(service), operatorToken(tokenFile ? { OPERATOR_TOKEN_FILE: tokenFile } : process.env)));
}

async function follow(url, token) {
  let view = await askOperator(url, token, 'POST', '/internal/rebuilds');
  const screen = process.stdout.isTTY ? rewriting() : lines();
  while (view.state === 'running') {
    screen.show(lineOf(view));
    await delay(EVERY_MS);
    view = await askOperator(url, token, 'GET', `/internal/rebuilds/${view.id}`);
  }
  screen.end(lineOf(view));
  if (view.state === 'failed') throw new Error(`The rebuild failed; the live read models are as they were. ${view.reason}`);
}

/** `[#####-----]  45 %  folding  12,345 of 27,000 events, 9,800/s, 2 s left` */
export function lineOf({ state, phase, done, of, eventsPerSecond, msLeft }) {
  const share = state === 'done' ? 1 : Math.min(0.99, of > 0 ? done / of : 0);
  const bar = '#'.repeat(Math.round(share * BAR)).padEnd(BAR, '-');
  const left = state === 'running' && msLeft !== undefined ? `, ${Math.ceil(msLeft / 1000)} s left` : '';
  const count = (number) => number.toLocaleString('en');
  return `[${bar}] ${String(Math.floor(share * 100)).padStart(3)} %  ${state === 'running' ? phase : state}  ${count(done)} of ${count(of)} events, ${count(eventsPerSecond)}/s${left}`;
}

const rewriting = () => ({
  show: (line) => process.stdout.write(`\r\x1b[K${line}`),
  end: (line) => process.stdout.write(`\r\x1b[K${line}\n`),
});

function lines() {
  let next = 0;
  const show = (line) => {
    if (Date.now() < next) return;
    next = Date.now() + LINE_EVERY_MS;
    console.log(line);
  };
  return { show, end: (line) => console.log(line) };
}
