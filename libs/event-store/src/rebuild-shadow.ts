import { randomUUID } from 'node:crypto';
import { rejected } from '@throughline/contracts';
import { type Database, nextSchemaName, roleName, schemaName, type Tx } from '@throughline/postgres';
import { TWIN } from './rebuild-twin.sql';

/** Names the rebuild whose tables the shadow schema holds. */
const MARKER = 'rebuild';
/** Places of events that are folded again after the ranges. */
const LATER = 'later';

/** Twins of the read models in a schema of their own, where nobody reads them until they take the live tables' place. */
export class Shadow {
  private readonly live: string;
  private readonly next: string;
  /** As many had been applied when the twins were made. */
  private migrations = 0;

  private constructor(
    private readonly service: string,
    private readonly tables: readonly string[],
    private readonly id: string,
  ) {
    this.live = schemaName(service);
    this.next = nextSchemaName(service);
  }

  /** Empty twins. What an earlier rebuild left there is dropped: whoever may still write to it fails from now on. */
  static async make(database: Pick<Database, 'service' | 'owner'>, tables: readonly string[]): Promise<Shadow> {
    const shadow = new Shadow(database.service, tables, randomUUID());
    await database.owner((tx) => shadow.create(tx));
    return shadow;
  }

  /** Lets this transaction's plain names mean the twins. Throws where another rebuild holds the schema by now. */
  async enter(tx: Tx): Promise<void> {
    const held = this.hold(tx);
    const entered = tx.query(`SET LOCAL search_path = ${this.next}, ${this.live}`);
    // Why it is not held is what counts, and not what fails behind it.
    entered.catch(() => undefined);
    await held;
    await entered;
  }

  /** Until the transaction ends nobody can drop or replace these twins. */
  async hold(tx: Tx): Promise<void> {
    const { rows } = await tx.query<{ id: string }>(`SELECT id FROM ${this.next}.${MARKER}`).catch(isMissing);
    if (rows[0]?.id !== this.id) throw rejected('rebuild-overtaken', 'Another rebuild has begun meanwhile.', { status: 409 });
  }

  /** So that the first plans after the switch know the tables. */
  async analyse(database: Pick<Database, 'owner'>): Promise<void> {
    await Promise.all(this.tables.map((table) => database.owner((tx) => tx.query(`ANALYZE ${this.next}.${table}`))));
  }

  /** Puts the twins in the live tables' place, in the owner's transaction, which has every lock it takes. Throws where the live ones may have changed their shape. */
  async takeOver(tx: Tx): Promise<void> {
    if ((await this.countMigrations(tx)) !== this.migrations) throw rejected('rebuild-overtaken', 'The schema was migrated meanwhile.', { status: 409 });
    const swap = (table: string) => `DROP TABLE ${this.live}.${table}; ALTER TABLE ${this.next}.${table} SET SCHEMA ${this.live}`;
    await tx.query([...this.tables.map(swap), `DROP TABLE ${this.next}.${LATER}, ${this.next}.${MARKER}`].join(';\n'));
  }

  /** Waits for readers at most as long as the transaction's lock time-out. */
  lockLive(tx: Tx): Promise<unknown> {
    return tx.query(`LOCK TABLE ${this.tables.map((table) => `${this.live}.${table}`).join(', ')} IN ACCESS EXCLUSIVE MODE`);
  }

  async drop(database: Pick<Database, 'owner'>): Promise<void> {
    await database.owner(async (tx) => {
      await this.hold(tx);
      await this.clear(tx);
    });
  }

  private async create(tx: Tx): Promise<void> {
    await this.clear(tx);
    this.migrations = await this.countMigrations(tx);
    for (const table of this.tables) {
      const { rows } = await tx.query<{ statement: string }>(TWIN, [this.live, table, this.next]);
      if (rows.length === 0) throw new Error(`no table ${table} to rebuild`);
      for (const { statement } of rows) await tx.query(statement);
    }
    await tx.query(bookkeeping(this.service, this.id));
  }

  private async countMigrations(tx: Tx): Promise<number> {
    const { rows } = await tx.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${this.live}.migration`);
    return rows[0]!.count;
  }

  /** The marker first: dropping it waits for the transactions that hold it. */
  private async clear(tx: Tx): Promise<void> {
    await tx.query(`DROP TABLE IF EXISTS ${this.next}.${MARKER}`);
    await tx.query(`DROP TABLE IF EXISTS ${[LATER, ...this.tables].map((table) => `${this.next}.${table}`).join(', ')}`);
  }
}

/** No walls: places in the log tell nothing of anybody. */
function bookkeeping(service: string, id: string): string {
  const [next, writer] = [nextSchemaName(service), roleName(service, 'writer')];
  return `CREATE TABLE ${next}.${LATER} (tenant uuid, xid xid8, n bigint, PRIMARY KEY (tenant, xid, n)); GRANT SELECT, INSERT ON ${next}.${LATER} TO ${writer};
    CREATE TABLE ${next}.${MARKER} AS SELECT '${id}'::uuid AS id; GRANT SELECT ON ${next}.${MARKER} TO ${writer}`;
}

/** No marker: the schema was cleared. */
function isMissing(error: { code?: unknown }): { rows: never[] } {
  if (error.code === '42P01') return { rows: [] };
  throw error;
}
