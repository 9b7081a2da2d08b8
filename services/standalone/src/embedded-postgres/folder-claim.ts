import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity } from './process-identity';

/**
 * Which process has the folder. The last of the files `claim.<n>` names it, by its identity; empty, it was given back. Who finds no living
 * process there makes the next one, and since a name can be made only once, one of those who start in the same moment has it.
 */
const CLAIM = /^claim\.(\d+)$/;

interface Claim {
  n: number;
  /** See `processIdentity`; empty where it was given back. */
  owner: string;
}

/** Takes the folder for this process, who may have it already. Throws where another living process has it. */
export function takeFolder(folder: string): void {
  const me = processIdentity(process.pid) ?? '';
  for (;;) {
    const last = lastClaim(folder);
    if (last?.owner === me) return;
    refuseLiving(folder, last?.owner);
    if (add(folder, { n: (last?.n ?? 0) + 1, owner: me })) return;
  }
}

/** The claim stays and names nobody: were it gone, who had seen it before could make its successor beside one who begins anew. */
export function giveFolderBack(folder: string): void {
  const last = lastClaim(folder);
  if (last?.owner === processIdentity(process.pid)) renameSync(written(folder, ''), fileOf(folder, last!.n));
}

/** @param owner the identity of the process that had the folder last */
export function refuseLiving(folder: string, owner: string | undefined): void {
  const pid = Number(owner?.split('@')[0]);
  if (owner && pid !== process.pid && processIdentity(pid) === owner) {
    throw new Error(`${folder} is in use by process ${pid}: stop it first, or set another DATA_DIR`);
  }
}

/** False where another process made it first, or a later one: then this one's name was made, used and removed meanwhile. */
function add(folder: string, claim: Claim): boolean {
  if (!made(folder, claim)) return false;
  const all = numbers(folder);
  const isLast = Math.max(...all) === claim.n;
  for (const n of isLast ? all.filter((other) => other < claim.n) : [claim.n]) rmSync(fileOf(folder, n), { force: true });
  return isLast;
}

function made(folder: string, { n, owner }: Claim): boolean {
  const fresh = written(folder, owner);
  try {
    linkSync(fresh, fileOf(folder, n));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(fresh);
  }
}

function lastClaim(folder: string): Claim | undefined {
  for (;;) {
    const n = Math.max(0, ...numbers(folder));
    if (n === 0) return undefined;
    try {
      return { n, owner: readFileSync(fileOf(folder, n), 'utf8') };
    } catch (error) {
      // Its successor was made in between.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

const numbers = (folder: string) => readdirSync(folder).filter((name) => CLAIM.test(name)).map((name) => Number(name.replace(CLAIM, '$1')));

const fileOf = (folder: string, n: number) => join(folder, `claim.${n}`);

/** A file of this process' own, to be given its name. */
function written(folder: string, owner: string): string {
  const file = join(folder, `claim.new.${process.pid}`);
  writeFileSync(file, owner, { mode: 0o600, flush: true });
  return file;
}
