import { setTimeout as delay } from 'node:timers/promises';
import { Client, type QueryResult, type QueryResultRow } from 'pg';
import type { Lease } from './database.contract';
import type { ServerLog } from './server-log';

/** How often a name that others hold is asked for again: PostgreSQL does not tell when its holder dies. */
const ASK_AGAIN_MS = 250;
const SERVER_AWAY_MS = 1_000;
const HEARTBEAT_MS = 4_000;
/** The server drops a session it cannot reach after 10 + 2 * 5 s. By then this side has seen two heartbeats fail to answer. */
const SERVER_KEEPALIVE = '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=2';

/** Leases by name: advisory locks of one session, which end with it. */
export class Leases {
  private readonly held = new Map<string, AbortController>();
  private session: Promise<Client> | undefined;
  private live: Client | undefined;
  private heartbeat: NodeJS.Timeout | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  /** Resolves when a name that this process held is free. */
  private freed: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(
    private readonly url: string,
    private readonly log: ServerLog,
  ) {}

  /** Asks again and again rather than wait in the server: a waiting statement would hold back vacuum for as long. */
  async take(name: string, signal?: AbortSignal): Promise<Lease> {
    for (;;) {
      signal?.throwIfAborted();
      const freed = this.freed.promise;
      const lease = await this.tryTake(name);
      if (lease) return lease;
      await Promise.race([freed, delay(this.session ? ASK_AGAIN_MS : SERVER_AWAY_MS, undefined, { signal })]);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.heartbeat);
    const client = await this.session?.catch(() => undefined);
    await client?.end();
  }

  /** The lock would be given to the same session twice, so `held` decides inside the process. */
  private async tryTake(name: string): Promise<Lease | undefined> {
    if (this.held.has(name)) return undefined;
    const lost = new AbortController();
    this.held.set(name, lost);
    if (await this.lock(name)) return { lost: lost.signal, release: () => this.release(name, lost) };
    if (this.held.get(name) === lost) this.held.delete(name);
    return undefined;
  }

  private async lock(name: string): Promise<boolean> {
    try {
      const { rows } = await this.ask<{ got: boolean }>('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS got', [name]);
      return rows[0]!.got;
    } catch (error) {
      this.log.warn({ lease: name, reason: (error as Error).message }, 'lease not asked for');
      return false;
    }
  }

  private async release(name: string, lost: AbortController): Promise<void> {
    if (this.held.get(name) !== lost) return;
    try {
      await this.ask('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [name]);
    } catch (error) {
      this.log.warn({ lease: name, reason: (error as Error).message }, 'lease ended with its session');
    }
    if (this.held.get(name) === lost) this.held.delete(name);
    this.free();
  }

  private free(): void {
    this.freed.resolve();
    this.freed = Promise.withResolvers();
  }

  /** A session that does not answer in time counts as ended: what it holds may be another's soon. */
  private async ask<R extends QueryResultRow>(text: string, values: unknown[] = []): Promise<QueryResult<R>> {
    const client = await (this.session ??= this.open());
    try {
      return await this.inTurn(() => client.query<R>(text, values));
    } catch (error) {
      this.lose(client);
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
      application_name: 'tl_lease',
      connectionTimeoutMillis: 10_000,
      query_timeout: HEARTBEAT_MS,
      options: SERVER_KEEPALIVE,
    });
    client.on('error', (error) => this.log.warn({ reason: error.message }, 'lease session lost'));
    client.on('end', () => this.lose(client));
    try {
      await client.connect();
    } catch (error) {
      this.session = undefined;
      throw error;
    }
    this.live = client;
    this.heartbeat = setInterval(() => void this.beat(), HEARTBEAT_MS);
    return client;
  }

  private async beat(): Promise<void> {
    try {
      await this.ask('SELECT 1');
    } catch (error) {
      this.log.warn({ reason: (error as Error).message }, 'lease session does not answer');
    }
  }

  private lose(client: Client): void {
    if (this.live !== client) return;
    clearInterval(this.heartbeat);
    this.session = undefined;
    this.live = undefined;
    const lost = [...this.held.values()];
    this.held.clear();
    for (const controller of lost) controller.abort(new Error('the session that held the lease has ended'));
    this.free();
  }
}
