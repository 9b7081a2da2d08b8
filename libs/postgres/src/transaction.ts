import type { PoolClient, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import type { Tx } from './database.contract';
import { serverError } from './server-gone';

/** A transaction on a client of the pool. It refuses statements once it has ended, so that a forgotten `await` is seen. */
export class Transaction implements Tx {
  private open = true;

  constructor(private readonly client: PoolClient) {}

  async query<R extends QueryResultRow>(text: string | QueryConfig, values?: unknown[]): Promise<QueryResult<R>> {
    if (!this.open) throw new Error('the transaction has ended');
    try {
      return await this.client.query<R>(text, values);
    } catch (error) {
      throw serverError(error);
    }
  }

  async begin(opening: string): Promise<void> {
    await this.query(opening);
  }

  /** Throws where a statement failed and its error was not passed on: PostgreSQL then answers COMMIT by rolling back. */
  async commit(): Promise<void> {
    const { command } = await this.query('COMMIT');
    if (command !== 'COMMIT') throw new Error('the transaction was rolled back: a statement in it had failed');
    this.open = false;
  }

  /** True where the session is clean afterwards. */
  async rollback(): Promise<boolean> {
    this.open = false;
    return this.client.query('ROLLBACK').then(
      () => true,
      () => false,
    );
  }
}
