import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity } from './process-identity';
import { runToEnd } from './run-as';
import type { ServerPrograms } from './server-programs';
import type { ServerUser } from './server-user';

/** Makes `folder/data` where it is missing. It appears in one step, so that a killed first start leaves no half database. */
export async function makeDataFolder(folder: string, programs: ServerPrograms, user: ServerUser | undefined, password: string): Promise<void> {
  if (existsSync(join(folder, 'data'))) return;
  const fresh = join(folder, 'data.new');
  const passwordFile = join(folder, 'password.new');
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user) for (const path of [fresh, passwordFile]) chownSync(path, user.uid, user.gid);
  const args = ['-D', fresh, '-U', 'throughline', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale=C.UTF-8', '--no-instructions'];
  await runToEnd(programs.initdb, args, user).finally(() => rmSync(passwordFile));
  renameSync(fresh, join(folder, 'data'));
}

/** Lines 1 and 8 of `postmaster.pid`: the server's process and whether it takes connections. */
export function postmaster(folder: string): { pid: number; ready: boolean } | undefined {
  const lines = textOf(join(folder, 'data', 'postmaster.pid'))?.split('\n');
  return lines && { pid: Number(lines[0]), ready: lines[7]?.trim() === 'ready' };
}

/** Ends a server that outlived the process that had started it. */
export async function stopOrphan(folder: string, programs: ServerPrograms, user: ServerUser | undefined): Promise<void> {
  if (!isServed(folder)) return;
  await runToEnd(programs.pgCtl, ['-D', join(folder, 'data'), '-m', 'fast', '-w', '-t', '60', 'stop'], user).catch((error: Error) => {
    // It may have gone by itself in between: the kernel had told it to.
    if (isServed(folder)) throw error;
  });
}

function isServed(folder: string): boolean {
  const pid = postmaster(folder)?.pid;
  return pid !== undefined && processIdentity(pid) !== undefined && servesFolder(pid, folder);
}

/** False where the number went to another program since: then the file is stale, and PostgreSQL itself removes it. */
function servesFolder(pid: number, folder: string): boolean {
  return textOf(`/proc/${pid}/cmdline`)?.includes(join(folder, 'data')) ?? process.platform !== 'linux';
}

/** Undefined where the file is not there, or no longer. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
