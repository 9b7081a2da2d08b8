import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeDataFolder, postmaster, stopOrphan } from './data-folder';
import { runToEnd, spawnServer } from './run-as';
import { serverPrograms, type ServerPrograms } from './server-programs';
import { claimFolder, freePort, releaseFolder, type ServerState } from './server-state';
import { serverSettings } from './server-settings';
import { letIn, serverUser, type ServerUser } from './server-user';

export interface EmbeddedPostgresOptions {
  /** Holds the data, the password (0600) and the log. Made where missing; a second start goes on with what is there. */
  folder: string;
  /** Server settings beside ours, e.g. `{ max_connections: '300' }`. */
  settings?: Record<string, string>;
  /** Called with the server's process every time it is ready. */
  onStarted?: (pid: number) => void;
  /** Called with every start after a death that failed, and the ms until the next try: what hinders it, a full disk say, may go away. */
  onDown?: (error: Error, nextInMs: number) => void;
}

const READY_LIMIT_MS = 300_000;
const PORT_ATTEMPTS = 3;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2_000;

/**
 * PostgreSQL 18 as a child of this process, with the data in a folder, listening on 127.0.0.1 only, fsync on. Works as root
 * (then it runs as the user `postgres`) and as an ordinary user. A server left over by a killed run is stopped first; one
 * that dies is started again. Errors carry the server's own words.
 */
export class EmbeddedPostgres {
  private server?: ChildProcess;
  private readonly stopping = new AbortController();

  private constructor(
    private readonly options: EmbeddedPostgresOptions,
    private readonly programs: ServerPrograms,
    private readonly user: ServerUser | undefined,
    private readonly state: ServerState,
  ) {}

  static async start(given: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const options = { ...given, folder: resolve(given.folder) };
    const programs = serverPrograms();
    const user = serverUser();
    mkdirSync(options.folder, { recursive: true });
    if (user) {
      letIn(dirname(programs.postgres), user, []);
      letIn(options.folder, user, [options.folder, dirname(options.folder)]);
    }
    const postgres = new EmbeddedPostgres(options, programs, user, await claimFolder(options.folder));
    await stopOrphan(options.folder, programs, user);
    await makeDataFolder(options.folder, programs, user, postgres.state.password);
    await postgres.launch();
    return postgres;
  }

  /** As superuser; holds the password. */
  get url(): string {
    return `postgres://throughline:${this.state.password}@127.0.0.1:${this.state.port}/postgres`;
  }

  get pid(): number | undefined {
    return this.server?.pid;
  }

  /** A fast shutdown: ends all sessions, writes everything, waits for the end. */
  async stop(): Promise<void> {
    this.stopping.abort();
    if (this.server?.exitCode === null && this.server.signalCode === null) {
      await runToEnd(this.programs.pgCtl, ['-D', this.data, '-m', 'fast', '-w', '-t', '60', 'stop'], this.user);
    }
    releaseFolder(this.options.folder, this.state);
  }

  private get data(): string {
    return join(this.options.folder, 'data');
  }

  private async launch(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const failure = await this.tryLaunch();
      if (!failure) return;
      // Between choosing a port and listening on it somebody else may have taken it.
      if (attempt === PORT_ATTEMPTS || !failure.includes('could not bind')) throw new Error(`PostgreSQL did not start: ${failure}`);
      this.state.port = await freePort();
    }
  }

  /** Undefined when it is ready, otherwise what the server said. */
  private async tryLaunch(): Promise<string | undefined> {
    const log = openSync(join(this.options.folder, 'server.log'), 'w', 0o600);
    const flags = Object.entries({ ...serverSettings(), ...this.options.settings, port: String(this.state.port) });
    const server = spawnServer(this.programs.postgres, ['-D', this.data, ...flags.flatMap(([name, value]) => ['-c', `${name}=${value}`])], this.user, log);
    closeSync(log);
    this.server = server;
    let exited = false;
    server.once('exit', () => (exited = true));
    server.once('error', () => (exited = true));
    const limit = Date.now() + READY_LIMIT_MS;
    for (let found = postmaster(this.options.folder); !(found?.ready && found.pid === server.pid); found = postmaster(this.options.folder)) {
      if (exited || Date.now() > limit) return this.lastWords();
      await delay(25);
    }
    server.once('exit', () => void this.revive());
    this.options.onStarted?.(server.pid!);
    return undefined;
  }

  /** The operating system or a person killed the server, or its disk is full. Its clients reconnect to the same port. */
  private async revive(): Promise<void> {
    const { signal } = this.stopping;
    for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      const failure = await this.tryRevive();
      if (failure === undefined) return;
      this.options.onDown?.(new Error(`PostgreSQL did not start again: ${failure}`), pause);
      await delay(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  private async tryRevive(): Promise<string | undefined> {
    try {
      await stopOrphan(this.options.folder, this.programs, this.user);
      return await this.tryLaunch();
    } catch (error) {
      return (error as Error).message;
    }
  }

  private lastWords(): string {
    const lines = readFileSync(join(this.options.folder, 'server.log'), 'utf8').trim().split('\n');
    return lines.slice(-8).join('\n') || 'it said nothing';
  }
}
