import { Pool, type PoolConfig, type QueryConfig, type QueryResult, type QueryResultRow } from 'pg';
import type { CallRole } from './database.contract';
import { roleName } from './roles';
import { serverError } from './server-gone';

/**
 * By role what the session is started with beside it. The relay reads logs page by page in the order of an index: a plan
 * that sorts reads all that is left of the log for each page, and looks cheap to the planner while it knows nothing of a table.
 */
const SESSION: Record<CallRole, string> = { writer: '', relay: ' -c default_transaction_read_only=on -c enable_sort=off', system: '' };

/**
 * Single statements, each in a transaction of its own: BEGIN, SET and COMMIT would be round trips. So the role is that of
 * the session, taken when it is opened, and each role has a pool of its own, made with its first call.
 */
export class Calls {
  private readonly pools = new Map<CallRole, Pool>();

  /** @param open makes a pool; `options` are command line options of its sessions */
  constructor(
    private readonly service: string,
    private readonly open: (options: string) => Pool,
  ) {}

  async call<R extends QueryResultRow>(role: CallRole, statement: QueryConfig): Promise<QueryResult<R>> {
    try {
      return await this.poolOf(role).query<R>(statement);
    } catch (error) {
      throw serverError(error);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.end()));
  }

  private poolOf(role: CallRole): Pool {
    const pool = this.pools.get(role) ?? this.open(`-c role=${roleName(this.service, role)}${SESSION[role]}`);
    this.pools.set(role, pool);
    return pool;
  }
}

/** Ms beyond the server's own time-out after which a session that does not answer counts as lost, its server perhaps stopped. */
const GRACE_MS = 5_000;
/** Sessions are kept longer than others: the first calls of a new one wait until its functions are planned. */
const IDLE_MS = 300_000;

/** This side's own end of what the server would have ended by then. */
export const lostAfter = (serverTimeoutMs: number): PoolConfig => ({ query_timeout: serverTimeoutMs + GRACE_MS });

/** What a pool for calls has other than a pool for transactions. */
export const callPool = (statementTimeoutMs: number, max: number): PoolConfig => ({ max, idleTimeoutMillis: IDLE_MS, ...lostAfter(statementTimeoutMs) });
