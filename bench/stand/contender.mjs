// The bench's side of a contender.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A process under test. `ready` is what it told when it could work. */
export class Contender {
  static #running = new Set();
  #asked = new Map();
  #next = 1;

  /** @param file below bench/contenders; @param given to be read from process.argv[2] as JSON. What it prints goes to standard error. @param flags of Node */
  static async start(file, given, env = {}, flags = []) {
    const contender = new Contender();
    contender.process = fork(fileURLToPath(new URL(`../contenders/${file}`, import.meta.url)), [JSON.stringify(given)], { env: { ...process.env, ...env }, execArgv: flags, stdio: ['ignore', process.stderr, 'inherit', 'ipc'] });
    contender.process.on('message', (message) => contender.#hear(message));
    contender.ended = once(contender.process, 'exit').then(() => contender.#end(`${file} has ended`));
    Contender.#running.add(contender);
    contender.ready = await contender.#answerTo('ready');
    return contender;
  }

  /** Ends all that run, before the server they stand on. */
  static async stopAll() {
    await Promise.all([...Contender.#running].map((contender) => contender.stop()));
  }

  /** Runs a cell; where a folder is named, with a CPU profile of each contender kept in it. `cpu`: µs they used together. */
  static async measured(contenders, cell, folder, name) {
    const all = (what, of = () => undefined) => Promise.all(contenders.map((contender, index) => contender.ask(what, of(index))));
    const cpu = async () => (await all('cpu')).reduce((sum, used) => sum + used, 0);
    const before = await cpu();
    if (folder) await all('startProfile');
    const result = await cell();
    const used = (await cpu()) - before;
    if (folder) await all('keepProfile', (index) => join(folder, `${name}${contenders.length > 1 ? `-${index + 1}` : ''}.cpuprofile`));
    return { ...result, cpu: used };
  }

  ask(what, given) {
    const id = this.#next++;
    const answer = this.#answerTo(id);
    // Where it has ended, the error is the answer's.
    this.process.send({ id, what, given }, (error) => error && this.#hear({ id, error: error.message }));
    return answer;
  }

  measured(cell, folder, name) {
    return Contender.measured([this], cell, folder, name);
  }

  /** Asks it to end, and ends it where it does not within 15 s. */
  async stop() {
    this.process.kill('SIGTERM');
    const slow = setTimeout(() => this.process.kill('SIGKILL'), 15_000);
    await this.ended;
    clearTimeout(slow);
  }

  #answerTo(id) {
    return new Promise((resolve, reject) => this.#asked.set(id, { resolve, reject }));
  }

  #hear({ id, answer, error }) {
    const { resolve, reject } = this.#asked.get(id) ?? {};
    this.#asked.delete(id);
    if (error) reject?.(new Error(error));
    else resolve?.(answer);
  }

  #end(why) {
    Contender.#running.delete(this);
    for (const { reject } of this.#asked.values()) reject(new Error(why));
    this.#asked.clear();
  }
}
