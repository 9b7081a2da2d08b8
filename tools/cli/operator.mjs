// How the command line reaches a running service: its own address, past the router, with the operator's token.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataDir, readState, runs } from '../up/state.mjs';

/** Where the service listens: as `npm run up` says while it is up, else the one process of `npm start`. */
export function addressOf(service) {
  const state = readState();
  if (!runs(state?.supervisor)) return `http://localhost:${process.env.PORT || 8080}`;
  const url = state.processes[service]?.url;
  if (!url) throw new Error(`npm run up has started no service ${service}.`);
  return url;
}

/** The configured one, else the one the services keep in DATA_DIR. */
export function operatorToken(env = process.env) {
  if (env.OPERATOR_TOKEN) return env.OPERATOR_TOKEN;
  const file = env.OPERATOR_TOKEN_FILE || join(dataDir, 'operator-token');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new Error(`No operator's token in ${file}: set OPERATOR_TOKEN, or DATA_DIR to the data folder of what runs.`);
  }
}

/** The JSON answer; any other than 2xx is an error that names the problem. */
export async function askOperator(url, token, method, path) {
  const response = await fetch(url + path, { method, headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(30_000) }).catch((error) => {
    throw new Error(`Nothing answers at ${url}: ${error.cause?.code ?? error.message}`);
  });
  const text = await response.text();
  const body = text.startsWith('{') ? JSON.parse(text) : {};
  if (!response.ok) throw new Error(`${response.status} ${body.type ?? ''} ${body.detail ?? ''}`.trim());
  return body;
}
