import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { giveFolderBack, refuseLiving, takeFolder } from './folder-claim';
import { processIdentity } from './process-identity';

/** What one start tells the next. Kept in `server.json`, readable by its owner only. */
export interface ServerState {
  port: number;
  password: string;
  /** The process that has the folder in use; see `processIdentity`. */
  owner?: string;
}

const fileOf = (folder: string) => join(folder, 'server.json');

/** Takes the folder for this process. Throws where another living process has it. */
export async function claimFolder(folder: string): Promise<ServerState> {
  takeFolder(folder);
  const known = read(folder);
  // One of a version before, which makes no claims.
  refuseLiving(folder, known?.owner);
  const password = known?.password ?? randomBytes(24).toString('base64url');
  return save(folder, { port: await freePort(known?.port), password, owner: processIdentity(process.pid) });
}

/** Gives the folder back. */
export function releaseFolder(folder: string, { port, password }: ServerState): void {
  save(folder, { port, password });
  giveFolderBack(folder);
}

/** A port nobody listens on: `wanted` where it is free. */
export function freePort(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => (wanted === 0 ? reject(error) : freePort().then(resolve, reject)));
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function read(folder: string): ServerState | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(folder), 'utf8')) as ServerState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whole or not at all: it is the only copy of the password. */
function save(folder: string, state: ServerState): ServerState {
  const fresh = `${fileOf(folder)}.new`;
  writeFileSync(fresh, JSON.stringify(state), { mode: 0o600, flush: true });
  chmodSync(fresh, 0o600);
  renameSync(fresh, fileOf(folder));
  return state;
}
