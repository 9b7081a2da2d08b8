// A process that is started again when it dies, at once the first time, then after a growing pause (up to 5 s).
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

const SETPRIV = '/usr/bin/setpriv';
const LONG_ENOUGH_MS = 10_000;
const LONGEST_PAUSE_MS = 5_000;
const STOP_LIMIT_MS = 15_000;

export class Child {
  #stopping = false;
  #pause = 0;
  #timer;

  /** `onChange` is called when it starts and when it ends. */
  constructor({ name, args, env, log, onChange, restart = true }) {
    Object.assign(this, { name, args, env, log, onChange, restart, pid: undefined, starts: 0 });
  }

  start() {
    mkdirSync(dirname(this.log), { recursive: true });
    const output = openSync(this.log, 'a');
    const command = [process.execPath, '--disable-warning=TimeoutNegativeWarning', '--enable-source-maps', ...this.args];
    // The kernel ends it when this process dies, so that nothing is left behind.
    const [program, ...args] = existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'TERM', ...command] : command;
    const started = Date.now();
    const child = spawn(program, args, { env: this.env, stdio: ['ignore', output, output], detached: true });
    closeSync(output);
    this.starts += 1;
    this.pid = child.pid;
    this.ended = new Promise((resolve) => child.once('exit', resolve));
    child.once('exit', () => this.#afterExit(Date.now() - started));
    this.onChange();
  }

  async stop() {
    this.#stopping = true;
    clearTimeout(this.#timer);
    if (this.pid === undefined) return;
    process.kill(this.pid, 'SIGTERM');
    const { pid } = this;
    const slow = setTimeout(() => process.kill(pid, 'SIGKILL'), STOP_LIMIT_MS);
    await this.ended;
    clearTimeout(slow);
  }

  #afterExit(livedMs) {
    this.pid = undefined;
    this.onChange();
    if (this.#stopping || !this.restart) return;
    this.#pause = livedMs > LONG_ENOUGH_MS ? 0 : Math.min(this.#pause * 2 + 200, LONGEST_PAUSE_MS);
    this.#timer = setTimeout(() => this.start(), this.#pause === 200 ? 0 : this.#pause);
  }
}
