// throughline dead-letters: lists, shows, redrives and discards what could not be used, over the HTTP API.
import { readFileSync } from 'node:fs';
import { ask, pages } from '../clients/api.mjs';
import { readDemoFile } from '../clients/demo-file.mjs';

/** Adds the command to the program (commander). Where no address and key are given, the demo tenant's are taken. */
export function deadLetters(program) {
  const group = program.command('dead-letters').description('what could not be used, and the keys that wait');
  const command = (name, description) =>
    group.command(name).description(description).option('--url <address>', 'the API').option('--key-file <path>', 'holds an API key with the scope admin').option('--json', 'one JSON object a line');
  const filters = (it) => it.option('--cause <cause>', 'conflict, unparsable, unopenable, rejected, parked').option('--account <id>').option('--from <time>', 'first failure at or after (RFC 3339)').option('--to <time>', 'first failure before');

  filters(command('list', 'newest first')).option('--state <state>', 'open, parked, redriven, passed, discarded').action(list);
  command('show', 'one of them, with its raw input').argument('<id>').action(show);
  filters(command('redrive', 'gives them back to their service: those named, in this order, or those that fit, oldest first'))
    .argument('[ids...]')
    .option('--all', 'all that wait, where no filter is given')
    .option('--reason <text>')
    .action(redrive);
  command('discard', 'lets it go for good; of a parked key the message it waits for').argument('<id>').requiredOption('--reason <text>', 'kept on record').action(discard);
  return group;
}

async function list({ cause, account, from, to, state, json, ...where }) {
  const query = new URLSearchParams(defined({ cause, account, from, to, state }));
  for await (const letter of pages(api(where), `/v1/dead-letters?${query}`)) print(json, letter, line(letter));
}

async function show(id, { json, ...where }) {
  const letter = await ask(api(where), 'GET', one(id));
  print(json, letter, describe(letter));
}

async function redrive(ids, { cause, account, from, to, all, reason, json, ...where }) {
  const filter = defined({ cause, account, from, to });
  if (ids.length === 0 && Object.keys(filter).length === 0 && !all) throw new Error('name letters, a filter, or --all');
  if (ids.length === 0) return redriveAll(api(where), { ...filter, ...defined({ reason }) }, json);
  for (const id of ids) {
    const letter = await ask(api(where), 'POST', `${one(id)}/redrive`, defined({ reason }));
    print(json, letter, `${letter.id}  ${letter.state}`);
  }
}

/** A thousand a call at most, each letter once: what fails again waits again, behind the cursor. */
async function redriveAll(demo, body, json) {
  let total = 0;
  for (let cursor; cursor !== null; ) {
    const { redriven, next } = await ask(demo, 'POST', '/v1/dead-letters/redrive', { ...body, limit: 1000, ...defined({ cursor }) });
    total += redriven;
    cursor = next ?? null;
  }
  print(json, { redriven: total }, `${total} given back`);
}

async function discard(id, { reason, json, ...where }) {
  const letter = await ask(api(where), 'POST', `${one(id)}/discard`, { reason });
  print(json, letter, `${letter.id}  ${letter.state}`);
}

function api({ url, keyFile }) {
  if (url && keyFile) return { publicUrl: url.replace(/\/$/, ''), apiKey: readFileSync(keyFile, 'utf8').trim() };
  const demo = readDemoFile();
  return { publicUrl: url ?? demo.publicUrl, apiKey: keyFile ? readFileSync(keyFile, 'utf8').trim() : demo.apiKey };
}

const one = (id) => `/v1/dead-letters/${encodeURIComponent(id)}`;
const defined = (fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
const line = ({ id, state, cause, service, account, attempts, lastAt, detail }) => [lastAt, id, state.padEnd(9), cause, service, account ?? '-', `${attempts}x`, safe(detail)].join('  ');

function describe({ decisions, raw, ...fields }) {
  const head = Object.entries(fields).map(([name, value]) => `${name.padEnd(14)} ${safe(String(value ?? '-'))}`);
  const decided = decisions.map(({ at, action, reason, by }) => `decided        ${at}  ${action}  by ${by}  ${safe(reason ?? '')}`);
  return [...head, ...decided, raw ? `raw            ${Buffer.from(raw, 'base64').length} bytes (--json shows them)` : 'raw            none'].join('\n');
}

/** What comes from outside must not steer the terminal. */
const safe = (text) => text.replace(/\p{Cc}/gu, '\uFFFD');

const print = (json, object, text) => console.log(json ? JSON.stringify(object) : text);
