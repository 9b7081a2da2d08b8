import { execFileSync } from 'node:child_process';
import { chmodSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, resolve, sep } from 'node:path';

/** Whom the server runs as. PostgreSQL refuses to run as root. */
export interface ServerUser {
  uid: number;
  gid: number;
}

const idOf = (option: '-u' | '-g') => Number(execFileSync('id', [option, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }));
const postgresUser = (): ServerUser => ({ uid: idOf('-u'), gid: idOf('-g') });

/** Undefined for an ordinary user: the server runs as whoever starts it. As root: the user `postgres`, made where missing. */
export function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  try {
    return postgresUser();
  } catch {
    // No such user yet: images without a PostgreSQL package.
    execFileSync('useradd', ['--system', '--no-create-home', '--user-group', 'postgres'], { stdio: 'ignore' });
    return postgresUser();
  }
}

/** The topmost folder above `path` (or `path` itself) that the user may not enter. */
export function closedFolder(path: string, user: ServerUser): string | undefined {
  const folder = resolve(path);
  const above = dirname(folder);
  return (above === folder ? undefined : closedFolder(above, user)) ?? (mayEnter(folder, user) ? undefined : folder);
}

function mayEnter(folder: string, { uid, gid }: ServerUser): boolean {
  const stat = statSync(folder);
  const bit = stat.uid === uid ? 0o100 : stat.gid === gid ? 0o010 : 0o001;
  return (stat.mode & bit) !== 0;
}

/**
 * Makes sure that the user can enter `folder`. A folder named in `ours`, or one made for a trial below the system's folder
 * for temporary files, is opened for entering (not for listing). Throws with the name of any other folder in the way.
 */
export function letIn(folder: string, user: ServerUser, ours: readonly string[]): void {
  for (let closed = closedFolder(folder, user); closed !== undefined; closed = closedFolder(folder, user)) {
    if (!ours.includes(closed) && !closed.startsWith(resolve(tmpdir()) + sep)) {
      throw new Error(`as root PostgreSQL runs as the user postgres, who may not enter ${closed}: run as an ordinary user, or move the project and DATA_DIR out of it`);
    }
    chmodSync(closed, statSync(closed).mode | 0o011);
  }
}
