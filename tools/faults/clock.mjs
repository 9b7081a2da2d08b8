// A clock that can be set, for the processes started with `env`: libfaketime (Debian: libfaketime). Timers go on as they are.
import { globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const library = () => globSync('/usr/lib/{*/,}faketime/libfaketime.so.1')[0];

/** Why there is none, or undefined. */
export const noClock = () => (library() ? undefined : 'libfaketime is not installed (Debian: apt-get install libfaketime)');

/** @param folder readable by every process that shall have this clock */
export function openClock(folder) {
  const file = join(folder, 'clock');
  const set = (seconds) => writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds}\n`, { mode: 0o644 });
  set(0);
  const env = { LD_PRELOAD: library(), FAKETIME_TIMESTAMP_FILE: file, FAKETIME_CACHE_DURATION: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' };
  return { env, set };
}
