import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import type { ServerUser } from './server-user';

const SETPRIV = '/usr/bin/setpriv';
const ENVIRONMENT = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };

/** Runs a program to its end. Throws with what it wrote to stderr. */
export async function runToEnd(program: string, args: string[], user: ServerUser | undefined): Promise<void> {
  await promisify(execFile)(program, args, { ...user, cwd: '/', env: ENVIRONMENT }).catch((error: { stderr?: string; message: string }) => {
    throw new Error(`${program} failed: ${(error.stderr || error.message).trim()}`, { cause: error });
  });
}

/**
 * Starts the server in a process group of its own: Ctrl-C in a terminal must not end it before the services have drained.
 * On Linux the kernel ends it (SIGINT, a fast shutdown) when this process dies without having said so.
 */
export function spawnServer(program: string, args: string[], user: ServerUser | undefined, log: number): ChildProcess {
  const options = { env: ENVIRONMENT, detached: true, stdio: ['ignore', log, log] as ['ignore', number, number] };
  if (!existsSync(SETPRIV)) return spawn(program, args, { ...options, ...user });
  const identity = user ? ['--reuid', String(user.uid), '--regid', String(user.gid), '--clear-groups'] : [];
  return spawn(SETPRIV, [...identity, '--pdeathsig', 'INT', program, ...args], options);
}
