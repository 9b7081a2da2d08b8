import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Names a process beyond the reuse of its number: number and time of start. Undefined where it is not running. */
export function processIdentity(pid: number): string | undefined {
  try {
    // Field 22 of stat(5); the name in field 2 may hold spaces and brackets, so count from its end. Z and X are dead.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)\s/s, '').split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : `${pid}@${fields[19]}`;
  } catch {
    return process.platform === 'linux' ? undefined : identityByPs(pid);
  }
}

function identityByPs(pid: number): string | undefined {
  try {
    return `${pid}@${execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()}`;
  } catch {
    return undefined;
  }
}
