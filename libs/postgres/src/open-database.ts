import { Pool, type PoolConfig, type QueryConfig, type QueryResult, type QueryResultRow } from 'pg';
import { callPool, Calls, lostAfter } from './calls';
import type { CallRole, Database, Lease, Tx, Wake } from './database.contract';
import { passGate } from './gate';
import { Leases } from './leases';
import { Listener } from './listener';
import { Notifier } from './notifier';
import { roleName, schemaName, type Role } from './roles';
import { serverError } from './server-gone';
import { silent, type ServerLog } from './server-log';
import { Transaction } from './transaction';

/** Whose schema, and how long it is waited for. */
export interface DatabaseOptions {
  /** The service's login, as `provision` returns it. */
  url: string;
  service: string;
  /** Connections for transactions at most (default 10); one more listens. */
  max?: number;
  /** Connections for calls at most, of each role that makes any (default 4). */
  maxCalls?: number;
  log?: ServerLog;
  /** Ms a statement may run (default 30,000). */
  statementTimeoutMs?: number;
  /** Ms a statement may wait for a lock (default 10,000). */
  lockTimeoutMs?: number;
  /** Ms a transaction may be idle (default 60,000): it holds back every reader of the log. */
  idleInTransactionMs?: number;
  /** Ms a transaction may last (default 300,000), for the same reason. */
  transactionTimeoutMs?: number;
  /** Ms to wait for a connection (default 10,000). */
  connectTimeoutMs?: number;
}

/** Opens a service's schema. Connects with the first use. */
export function openDatabase(options: DatabaseOptions): Database {
  return new PooledDatabase(options);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The role and the tenants, for this transaction only, in the round trip that opens it. */
function opening(begin: string, role: string, tenants: readonly string[]): string {
  const bad = tenants.find((tenant) => !UUID.test(tenant));
  if (bad !== undefined) throw new Error('a tenant id is no UUID');
  return `${begin}; SET LOCAL ROLE ${role}; SET LOCAL tl.tenants = '${tenants.length ? `{${tenants.join(',')}}` : ''}'`;
}

class PooledDatabase implements Database {
  readonly service: string;
  private readonly pool: Pool;
  private readonly listener: Listener;
  private readonly notifier: Notifier;
  private readonly leases: Leases;
  private readonly calls: Calls;

  constructor(options: DatabaseOptions) {
    const log = options.log ?? silent;
    this.service = options.service;
    // A server that is gone without a word (its host lost power) ends no transaction: this side does.
    this.pool = openPool(options, log, '', { pipeline: true, ...lostAfter(transactionTimeout(options)) });
    const forCalls = callPool(statementTimeout(options), options.maxCalls ?? 4);
    this.calls = new Calls(options.service, (session) => openPool(options, log, session, forCalls));
    this.listener = new Listener(options.url, log);
    this.notifier = new Notifier(this.pool, this.listener, log);
    this.leases = new Leases(options.url, log);
  }

  writer<T>(tenants: readonly string[], work: (tx: Tx) => Promise<T>, gate?: string): Promise<T> {
    // The gate comes first: who waits at it holds no other lock, so nobody waits for him.
    return this.run(gate === undefined ? 'BEGIN' : `BEGIN; ${passGate(this.service, gate)}`, 'writer', tenants, work);
  }

  reader<T>(tenant: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.run('BEGIN READ ONLY', 'reader', [tenant], work);
  }

  relay<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.run('BEGIN READ ONLY', 'relay', [], work);
  }

  system<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.run('BEGIN', 'system', [], work);
  }

  call<R extends QueryResultRow>(role: CallRole, statement: QueryConfig): Promise<QueryResult<R>> {
    return this.calls.call<R>(role, statement);
  }

  owner<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.run('BEGIN', 'owner', [], work);
  }

  listen(channel: string, wake: Wake): Promise<{ close(): Promise<void> }> {
    return this.listener.listen(this.channel(channel), wake);
  }

  notify(channel: string): void {
    this.notifier.notify(this.channel(channel));
  }

  lease(name: string, signal?: AbortSignal): Promise<Lease> {
    return this.leases.take(`${this.service} ${name}`, signal);
  }

  async healthy(): Promise<boolean> {
    return this.pool.query('SELECT 1').then(
      () => true,
      () => false,
    );
  }

  async close(): Promise<void> {
    await this.notifier.close();
    await this.listener.close();
    await this.leases.close();
    await this.calls.close();
    await this.pool.end();
  }

  /** Services may share a database, and channels belong to the database. */
  private channel(channel: string): string {
    if (!/^[a-z][a-z0-9_]{0,19}$/.test(channel)) throw new Error(`not a channel: ${channel}`);
    return `${roleName(this.service, 'login')}_${channel}`;
  }

  private async run<T>(begin: string, role: Role, tenants: readonly string[], work: (tx: Tx) => Promise<T>): Promise<T> {
    const text = opening(begin, roleName(this.service, role), tenants);
    const client = await this.pool.connect().catch((error: unknown) => Promise.reject(serverError(error)));
    const tx = new Transaction(client);
    let clean = true;
    try {
      tx.begin(text);
      const result = await work(tx);
      await tx.commit();
      return result;
    } catch (error) {
      clean = await tx.rollback();
      throw error;
    } finally {
      client.release(!clean);
    }
  }
}

const transactionTimeout = ({ transactionTimeoutMs }: DatabaseOptions) => transactionTimeoutMs ?? 300_000;
const statementTimeout = ({ statementTimeoutMs }: DatabaseOptions) => statementTimeoutMs ?? 30_000;

/** @param session command line options of its sessions; @param other settings that differ */
function openPool(options: DatabaseOptions, log: ServerLog, session = '', other: PoolConfig = {}): Pool {
  schemaName(options.service);
  const pool = new Pool({
    connectionString: options.url,
    max: options.max ?? 10,
    application_name: roleName(options.service, 'login'),
    keepAlive: true,
    // Linux would ask after two hours.
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 10_000,
    statement_timeout: statementTimeout(options),
    lock_timeout: options.lockTimeoutMs ?? 10_000,
    idle_in_transaction_session_timeout: options.idleInTransactionMs ?? 60_000,
    options: `-c transaction_timeout=${transactionTimeout(options)} ${session}`,
    ...other,
  });
  // Without a listener a server that goes away ends the process: the pool listens on idle clients only, so each client needs one too.
  const lost = (error: Error) => log.warn({ service: options.service, reason: error.message }, 'database connection lost');
  pool.on('error', lost);
  pool.on('connect', (client) => client.on('error', lost));
  return pool;
}
