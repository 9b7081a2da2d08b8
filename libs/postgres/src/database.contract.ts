import type { QueryConfig, QueryResult, QueryResultRow } from 'pg';

/**
 * One transaction, in a role and for some tenants. It ends with the function it was given to. Statements that are asked for
 * without waiting in between go to the server together, its opening with the first of them, and are worked one after the other;
 * where one fails, those behind it fail too.
 */
export interface Tx {
  query<R extends QueryResultRow = QueryResultRow>(text: string | QueryConfig, values?: unknown[]): Promise<QueryResult<R>>;
}

/** Called on a NOTIFY. `elsewhere`: by another process, or nobody knows, as the session that listens was lost meanwhile. */
export type Wake = (from: 'here' | 'elsewhere') => void;

/** Roles that can make calls: a reader's tenant is set by a transaction. */
export type CallRole = 'writer' | 'relay' | 'system';

/**
 * The one door to a service's schema. Every method runs its function in one transaction, having set the role and the
 * tenants inside it (`SET LOCAL`), so nothing leaks through the pool. Throws ThroughlineError `unavailable`
 * (`database-unavailable`) where the server cannot be reached or ends the session; other errors of the function pass through.
 */
export interface Database {
  readonly service: string;
  /**
   * Role `tl_<service>_writer`: reads and writes the rows of these tenants only.
   * @param gate a lower-case word: before its first statement the transaction waits while somebody holds the gate shut (`shutGate`)
   */
  writer<T>(tenants: readonly string[], work: (tx: Tx) => Promise<T>, gate?: string): Promise<T>;
  /** Role `tl_<service>_reader`, read only: the rows of this tenant only. */
  reader<T>(tenant: string, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Role `tl_<service>_relay`, read only: log and bus tables of all tenants, no read models. Never behind a public route. */
  relay<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Role `tl_<service>_system`: tables without tenants (checkpoints, the log's generation). */
  system<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * One statement in a transaction of its own and in one round trip. Give it a name, and it is prepared once per session. The
   * session has the role but no tenants: a call of the writer that meets tenant tables is a function that sets them first,
   * `PERFORM set_config('tl.tenants', '{...}', true)`, and what it does not set it neither sees nor writes. Throws
   * `unavailable` also where the server takes the statement and does not answer: what it did is not known then.
   */
  call<R extends QueryResultRow = QueryResultRow>(role: CallRole, statement: QueryConfig): Promise<QueryResult<R>>;
  /** Role `tl_<service>_owner`: makes, changes and drops tables and does nothing else. No policy is its own, so it sees no tenant's rows. */
  owner<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Calls `wake` on every NOTIFY on the channel (a lower-case word); one shared session, reopened when it breaks. */
  listen(channel: string, wake: Wake): Promise<{ close(): Promise<void> }>;
  /** Wakes listeners in this process at once and in others by NOTIFY, coalesced, in a transaction of its own. Call it after the commit. */
  notify(channel: string): void;
  /**
   * Waits until this caller alone holds the name, among all processes of the service and all callers of this one. Ask with a
   * signal to stop waiting (it then rejects with the signal's reason). A holder that dies is followed within seconds.
   */
  lease(name: string, signal?: AbortSignal): Promise<Lease>;
  /** True where the server answers now. */
  healthy(): Promise<boolean>;
  close(): Promise<void>;
}

/** The right to do alone what only one process may do at a time (relay a log, read a mailbox). */
export interface Lease {
  /** Aborted when the session that held it is lost: stop at once, another may hold it. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** One step of a schema: plain SQL, applied once, in a transaction, as the schema's owner; the times in the names make the order. */
export interface Migration {
  /** `<13-digit unix ms><PascalCaseName>`, as TypeORM wants it. */
  name: string;
  sql: string;
}
