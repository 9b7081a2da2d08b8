// Tools of fill-timeline.mjs: rows into a table by COPY from files that the server reads, its keys and indexes made afterwards.
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CONSTRAINTS = `SELECT conrelid::regclass AS table, conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
  WHERE contype IN ('p', 'u') AND conrelid = ANY ($1::regclass[])`;
const INDEXES = `SELECT indexrelid::regclass AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
  WHERE indrelid = ANY ($1::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)`;

export const bytea = (bytes) => `\\\\x${bytes.toString('hex')}`;

/** Takes keys and indexes away, lets `work` load, makes them again: as a restore does. Then VACUUM ANALYZE, as autovacuum would have. */
export async function withoutIndexes(client, tables, work) {
  const { rows: constraints } = await client.query(CONSTRAINTS, [tables]);
  const { rows: indexes } = await client.query(INDEXES, [tables]);
  for (const { table, name } of constraints) await client.query(`ALTER TABLE ${table} DROP CONSTRAINT ${name}`);
  for (const { name } of indexes) await client.query(`DROP INDEX ${name}`);
  await work();
  await client.query("SET maintenance_work_mem = '512MB'");
  for (const { table, name, definition } of constraints) await client.query(`ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition}`);
  for (const { definition } of indexes) await client.query(definition);
  for (const table of tables) await client.query(`VACUUM (ANALYZE) ${table}`);
}

/** Collects rows by table and copies a chunk while the next is made. */
export class BulkLoad {
  #rows = new Map();
  #copying = Promise.resolve();
  #files = 0;

  /** @param columns by table */
  constructor(client, folder, columns) {
    Object.assign(this, { client, folder, columns });
    mkdirSync(folder);
    chmodSync(folder, 0o755);
  }

  add(table, values) {
    const rows = this.#rows.get(table);
    if (rows) rows.push(values.join('\t'));
    else this.#rows.set(table, [values.join('\t')]);
  }

  /** Hands what was added to the server; waits until it has the chunk before. */
  async flush() {
    await this.#copying;
    const chunks = [...this.#rows].map(([table, rows]) => ({ table, file: this.#write(rows) }));
    this.#rows.clear();
    this.#copying = this.#copy(chunks);
  }

  async end() {
    await this.flush();
    await this.#copying;
    rmSync(this.folder, { recursive: true });
  }

  #write(rows) {
    const file = join(this.folder, String((this.#files += 1)));
    writeFileSync(file, `${rows.join('\n')}\n`, { mode: 0o644 });
    return file;
  }

  async #copy(chunks) {
    for (const { table, file } of chunks) {
      await this.client.query(`COPY ${table} (${this.columns[table]}) FROM '${file}'`);
      rmSync(file);
    }
  }
}
