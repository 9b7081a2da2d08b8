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

  /** @param file below bench/contenders; @param given to be read from process.argv[2] as JSON */
  static async start(file, given, env = {}) {
    const contender = new Contender();
    contender.process = fork(fileURLToPath(new URL(`../contenders/${file}`, import.meta.url)), [JSON.stringify(given)], { env: { ...process.env, ...env } });
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

  ask(what, given) {
    const id = this.#next++;
    const answer = this.#answerTo(id);
    this.process.send({ id, what, given });
    return answer;
  }

  /** Runs a cell; where a folder is named, with a CPU profile of the contender kept in it. */
  async measured(cell, folder, name) {
    const before = await this.ask('cpu');
    if (folder) await this.ask('startProfile');
    const result = await cell();
    if (folder) await this.ask('keepProfile', join(folder, `${name}.cpuprofile`));
    return { ...result, cpu: (await this.ask('cpu')) - before };
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
    const { resolve, reject } = this.#asked.get(id);
    this.#asked.delete(id);
    if (error) reject(new Error(error));
    else resolve(answer);
  }

  #end(why) {
    Contender.#running.delete(this);
    for (const { reject } of this.#asked.values()) reject(new Error(why));
    this.#asked.clear();
  }
}
