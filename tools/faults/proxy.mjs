// A TCP proxy that can cut or slow what passes through it.
import { connect, createServer } from 'node:net';

/** Listens on 127.0.0.1:`port` (0: any) and passes on to `target`, a port of this machine or a function that tells it. */
export async function openProxy(port, target) {
  const proxy = new Proxy(target);
  await proxy.listen(port);
  return proxy;
}

class Proxy {
  #pairs = new Set();
  #cut = false;
  #delayMs = 0;

  constructor(target) {
    this.target = typeof target === 'function' ? target : () => target;
    // Half-open: each end hears of the other's end only when that has been passed on.
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#pair(client));
  }

  listen(port) {
    return new Promise((resolve, reject) => this.server.once('error', reject).listen(port, '127.0.0.1', resolve));
  }

  get port() {
    return this.server.address().port;
  }

  /** Nothing passes and nobody is told, as when a cable is pulled; connections made meanwhile hang too. */
  cut() {
    this.#cut = true;
    for (const pair of this.#pairs) for (const socket of pair) socket.pause();
  }

  /** What both ends sent meanwhile arrives late, as TCP would bring it. */
  mend() {
    this.#cut = false;
    for (const pair of this.#pairs) for (const socket of pair) socket.resume();
  }

  /** Every piece takes this much longer, in each direction. */
  slow(ms) {
    this.#delayMs = ms;
  }

  async close() {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #pair(client) {
    const server = connect({ port: this.target(), host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const pair = [client, server];
    this.#pairs.add(pair);
    for (const socket of pair) socket.on('error', () => pair.forEach((each) => each.destroy())).on('close', () => this.#drop(pair));
    this.#pass(client, server);
    this.#pass(server, client);
    if (this.#cut) for (const socket of pair) socket.pause();
  }

  #drop(pair) {
    this.#pairs.delete(pair);
    for (const socket of pair) socket.destroy();
  }

  /** In order, whatever the delay is by then. */
  #pass(from, to) {
    let last = Promise.resolve();
    const later = (act) => {
      const due = Date.now() + this.#delayMs;
      last = last.then(() => (due > Date.now() ? new Promise((resolve) => setTimeout(resolve, due - Date.now())) : undefined)).then(act);
    };
    from.on('data', (piece) => (this.#delayMs === 0 && !this.#queued(from) ? to.write(piece) : this.#queue(from, later, () => to.write(piece))));
    from.on('end', () => later(() => to.end()));
  }

  #waiting = new WeakMap();
  #queued = (socket) => (this.#waiting.get(socket) ?? 0) > 0;

  #queue(socket, later, act) {
    this.#waiting.set(socket, (this.#waiting.get(socket) ?? 0) + 1);
    later(() => {
      this.#waiting.set(socket, this.#waiting.get(socket) - 1);
      act();
    });
  }
}
