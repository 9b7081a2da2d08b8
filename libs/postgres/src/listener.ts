import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { serverError } from './server-gone';
import type { Wake } from './database.contract';
import type { ServerLog } from './server-log';

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;
/** A session that does not answer in this time counts as broken. */
const ANSWER_MS = 5_000;

/** One session that listens on all channels of a process, opened with the first and reopened when it breaks. */
export class Listener {
  /** Names this process in its own notifications: its listeners have been woken already. */
  readonly id = randomUUID();
  private readonly wakes = new Map<string, Set<Wake>>();
  private session: Promise<Client> | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  private retry: NodeJS.Timeout | undefined;
  private delay = FIRST_DELAY_MS;
  private closed = false;

  constructor(
    private readonly url: string,
    private readonly log: ServerLog,
  ) {}

  /** Resolves when notifications sent from now on are heard. */
  async listen(channel: string, wake: Wake): Promise<{ close(): Promise<void> }> {
    const set = this.wakes.get(channel) ?? new Set();
    this.wakes.set(channel, set.add(wake));
    try {
      const client = await (this.session ??= this.open());
      await this.inTurn(() => this.hear(client, channel));
    } catch (error) {
      set.delete(wake);
      throw serverError(error);
    }
    return { close: async () => void set.delete(wake) };
  }

  wake(channel: string, from: Parameters<Wake>[0]): void {
    this.wakes.get(channel)?.forEach((wake) => wake(from));
  }

  async close(): Promise<void> {
    this.closed = true;
    this.wakes.clear();
    clearTimeout(this.retry);
    const client = await this.session?.catch(() => undefined);
    await client?.end();
  }

  private async hear(client: Client, channel: string): Promise<void> {
    try {
      await client.query(`LISTEN ${channel}`);
    } catch (error) {
      // Its server may be gone without a word: then it hears nothing of the other channels either, and is to be reopened.
      client.connection.stream.destroy();
      throw error;
    }
  }

  /** One query at a time: the driver's own queue is to go. */
  private inTurn<T>(query: () => Promise<T>): Promise<T> {
    const answer = this.turn.then(query);
    this.turn = answer.catch(() => undefined);
    return answer;
  }

  private async open(): Promise<Client> {
    const client = new Client({
      connectionString: this.url,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      application_name: 'tl_listen',
      connectionTimeoutMillis: 10_000,
      query_timeout: ANSWER_MS,
    });
    client.on('notification', ({ channel, payload }) => {
      if (payload !== this.id) this.wake(channel, 'elsewhere');
    });
    client.on('error', (error) => this.log.warn({ reason: error.message }, 'listening session lost'));
    try {
      await client.connect();
      for (const channel of this.wakes.keys()) await client.query(`LISTEN ${channel}`);
    } catch (error) {
      this.session = undefined;
      await client.end().catch(() => undefined);
      throw error;
    }
    client.on('end', () => this.reopenLater());
    this.delay = FIRST_DELAY_MS;
    return client;
  }

  private reopenLater(): void {
    this.session = undefined;
    if (this.closed) return;
    this.retry = setTimeout(() => void this.reopen(), this.delay);
    this.delay = Math.min(this.delay * 2, LONGEST_DELAY_MS);
  }

  /** What was sent while nobody listened is not known, so everybody is woken. */
  private async reopen(): Promise<void> {
    try {
      await (this.session ??= this.open());
      for (const channel of this.wakes.keys()) this.wake(channel, 'elsewhere');
    } catch (error) {
      this.log.warn({ reason: (error as Error).message }, 'listening session not reopened');
      this.reopenLater();
    }
  }
}
