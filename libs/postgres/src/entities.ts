import { DataSource, type EntityManager, type EntitySchema, type ObjectType } from 'typeorm';
import type { Tx } from './database.contract';

/**
 * TypeORM entities inside our transactions: gives a function that makes, for a transaction, an EntityManager whose every
 * statement runs in it, with its role and tenants. The manager ends with the transaction. For the event path use plain SQL.
 * @example const accounts = entities([AccountEntity]);
 * await database.writer([tenant], async (tx) => (await accounts(tx)).save(account));
 */
export function entities(classes: readonly (ObjectType<object> | EntitySchema)[]): (tx: Tx) => Promise<EntityManager> {
  let source: Promise<DataSource> | undefined;
  return async (tx) => managerOf(await (source ??= unconnected(classes)), tx);
}

/** TypeORM begins no transaction of its own where it believes that one is open. */
function managerOf(source: DataSource, tx: Tx): EntityManager {
  const runner = source.createQueryRunner();
  const connection = { query: (text: string, values?: unknown[]) => tx.query(text, values) };
  Object.assign(runner, { databaseConnection: connection, isTransactionActive: true });
  return source.createEntityManager(runner);
}

/** Knows the entities, has no connection: TypeORM asks its pool for one at the start only, and gets nothing. */
async function unconnected(classes: readonly (ObjectType<object> | EntitySchema)[]): Promise<DataSource> {
  const source = new DataSource({
    type: 'postgres',
    entities: [...classes],
    driver: { Pool: NoPool },
    installExtensions: false,
    logging: false,
  });
  // What TypeORM would ask the server for. The search path of the login finds the tables.
  Object.assign(source.driver, { version: '18.0', database: '', searchSchema: 'public', schema: undefined });
  return source.initialize();
}

class NoPool {
  on(): void {}

  connect(ready: (error: undefined, client: object, release: () => void) => void): void {
    ready(undefined, {}, () => undefined);
  }
}
