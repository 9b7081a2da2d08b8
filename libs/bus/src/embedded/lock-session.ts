import { Client } from 'pg';
import { faultOf, type BusLog } from '../bus-log';
import { Bell } from '../bell';

/** How often a lock that others hold is asked for again: PostgreSQL does not tell when its holder dies. */
const ASK_AGAIN_MS = 250;

const nothing = () => undefined;

export interface Lock {
  /** False when the session has ended: somebody else may hold the lock now. */
  readonly held: boolean;
  release(): Promise<void>;
}

/**
 * Locks that end with this process: session-level advisory locks, all on one connection of their own. The session can
 * take a lock twice, so members in this process are kept apart here.
 */
export class LockSession {
  private client: Promise<Client> | undefined;
  private asking = Promise.resolve();
  private readonly locks = new Map<string, SessionLock>();
  private readonly waiting = new Set<Bell>();

  constructor(
    private readonly url: string,
    private readonly log: BusLog,
  ) {}

  /** Resolves with the lock, or with undefined once `going` says no. Throws where the server is away. */
  async acquire(name: string, bell: Bell, going: () => boolean): Promise<Lock | undefined> {
    this.waiting.add(bell);
    try {
      while (going()) {
        const lock = await this.tryLock(name);
        if (lock) return lock;
        await bell.wait(ASK_AGAIN_MS);
      }
      return undefined;
    } finally {
      this.waiting.delete(bell);
    }
  }

  async close(): Promise<void> {
    const client = await this.client?.catch(() => undefined);
    await client?.end();
  }

  private async tryLock(name: string): Promise<Lock | undefined> {
    if (this.locks.has(name)) return undefined;
    const lock = new SessionLock(() => this.release(name));
    this.locks.set(name, lock);
    try {
      if ((await this.ask('pg_try_advisory_lock', name)) && lock.held) return lock;
    } catch (error) {
      this.locks.delete(name);
      throw error;
    }
    this.locks.delete(name);
    return undefined;
  }

  private async release(name: string): Promise<void> {
    try {
      await this.ask('pg_advisory_unlock', name);
    } finally {
      this.locks.delete(name);
      for (const bell of this.waiting) bell.ring();
    }
  }

  /** One question at a time: the members share the session. */
  private async ask(question: 'pg_try_advisory_lock' | 'pg_advisory_unlock', name: string): Promise<boolean> {
    const answer = this.asking.then(async () => {
      const client = await (this.client ??= this.open());
      const { rows } = await client.query<{ answer: boolean }>(`SELECT ${question}(hashtextextended($1, 0)) AS answer`, [name]);
      return rows[0]!.answer;
    });
    this.asking = answer.then(nothing, nothing);
    return answer;
  }

  private async open(): Promise<Client> {
    const client = new Client({ connectionString: this.url, keepAlive: true, application_name: 'tl_bus_locks', connectionTimeoutMillis: 10_000 });
    client.on('error', (error) => this.log.warn(faultOf(error), 'the session that holds the locks of the bus was lost'));
    try {
      await client.connect();
    } catch (error) {
      this.client = undefined;
      throw error;
    }
    client.on('end', () => this.ended());
    return client;
  }

  private ended(): void {
    this.client = undefined;
    for (const lock of this.locks.values()) lock.held = false;
    this.locks.clear();
    for (const bell of this.waiting) bell.ring();
  }
}

class SessionLock implements Lock {
  held = true;

  constructor(private readonly unlock: () => Promise<void>) {}

  async release(): Promise<void> {
    if (!this.held) return;
    this.held = false;
    await this.unlock();
  }
}
