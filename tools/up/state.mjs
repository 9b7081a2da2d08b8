// What `npm run up` keeps in DATA_DIR/up (or TL_UP_DIR): state.json (addresses, pids), logs, keys, blobs, Kafka's and PostgreSQL's data.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const dataDir = resolve(process.env.DATA_DIR || '.throughline');
export const home = resolve(process.env.TL_UP_DIR || join(dataDir, 'up'));
export const inHome = (...parts) => join(home, ...parts);
const file = inHome('state.json');

/** Undefined where nothing was started here. */
export function readState() {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

const AGAIN_MS = 1_000;
let again;

/** In one step, so that a reader never sees half of it. Where it cannot be written, on a full disk say, it is tried again: that must end nobody. */
export function writeState(state) {
  clearTimeout(again);
  try {
    mkdirSync(home, { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(state, null, 2), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch (error) {
    console.error(`the state is not written: ${error.message}`);
    again = setTimeout(() => writeState(state), AGAIN_MS).unref();
  }
}

/** Number and start of a process, so that a number used again is not taken for it. Linux; elsewhere the number alone. */
export function identityOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)\s/s, '').split(' ');
    return fields[0] === 'Z' ? undefined : `${pid}@${fields[19]}`;
  } catch {
    return process.platform === 'linux' || !alive(pid) ? undefined : String(pid);
  }
}

export const runs = (identity) => identity !== undefined && identityOf(Number.parseInt(identity, 10)) === identity;

function alive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
