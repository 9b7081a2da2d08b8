import type { PoolClient, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import type { Tx } from './database.contract';
import { serverError } from './server-gone';

/**
 * A transaction on a client of the pool that pipelines: statements asked for in one turn of the event loop go out together. It
 * refuses statements once it has ended, so that a forgotten `await` is seen.
 */
export class Transaction implements Tx {
  private open = true;
  private opening: Promise<unknown> = Promise.resolve();
  private corked = false;

  constructor(private readonly client: PoolClient) {}

  async query<R extends QueryResultRow>(text: string | QueryConfig, values?: unknown[]): Promise<QueryResult<R>> {
    if (!this.open) throw new Error('the transaction has ended');
    try {
      return await this.send<R>(text, values);
    } catch (error) {
      // Where that has failed, all that follows fails for it.
      await this.opening;
      throw serverError(error);
    }
  }

  /** Goes out with the first statement, which tells where it fails. */
  begin(opening: string): void {
    this.opening = this.send(opening).catch((error: unknown) => Promise.reject(serverError(error)));
    this.opening.catch(() => undefined);
  }

  /** Throws where a statement failed and its error was not passed on: PostgreSQL then answers COMMIT by rolling back. */
  async commit(): Promise<void> {
    const { command } = await this.query('COMMIT');
    await this.opening;
    if (command !== 'COMMIT') throw new Error('the transaction was rolled back: a statement in it had failed');
    this.open = false;
  }

  /** True where the session is clean afterwards. */
  async rollback(): Promise<boolean> {
    this.open = false;
    return this.send('ROLLBACK').then(
      () => true,
      () => false,
    );
  }

  private send<R extends QueryResultRow>(text: string | QueryConfig, values?: unknown[]): Promise<QueryResult<R>> {
    this.gather();
    return this.client.query<R>(text, values);
  }

  /** What is asked for until this turn ends is written to the server at once: each write is a system call that wakes it. */
  private gather(): void {
    if (this.corked) return;
    const { stream } = this.client.connection;
    this.corked = true;
    stream.cork();
    process.nextTick(() => {
      this.corked = false;
      stream.uncork();
    });
  }
}
