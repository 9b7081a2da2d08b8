import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';

const TRIES = 5;
const AGAIN_MS = 500;

/** The answer was not 2xx. */
class Refused extends Error {
  constructor(method, url, status, told) {
    super(`${method} ${new URL(url).pathname}: ${status} ${told}`);
    this.status = status;
  }
}

const mayPass = ({ code, status }) => code === 'ECONNRESET' || status === 503;

/** Calls of the API over kept connections. By node:http: at a steady rate `fetch` would take more of the machine than what it measures. */
export class HttpCalls {
  #agent = new Agent({ keepAlive: true });

  constructor(apiKey) {
    this.apiKey = apiKey;
  }

  /** As a gateway does: where the connection breaks, or on 503, the same again, which has no second effect. A process too busy to take connections lets some break. */
  async call(method, url, body) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#send(method, url, body);
      } catch (error) {
        if (!mayPass(error) || attempt === TRIES) throw error;
        await wait(AGAIN_MS);
      }
    }
  }

  close() {
    this.#agent.destroy();
  }

  #send(method, url, body) {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${this.apiKey}`, ...(body && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }) };
      const call = request(url, { method, headers, agent: this.#agent }, async (answer) => {
        const told = await text(answer);
        if (answer.statusCode < 300) resolve(JSON.parse(told));
        else reject(new Refused(method, url, answer.statusCode, told));
      });
      call.on('error', reject);
      call.end(body);
    });
  }
}
