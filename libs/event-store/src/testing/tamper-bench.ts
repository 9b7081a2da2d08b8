import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { digestMigration } from '../digest-table';
import { eventStore } from '../event-store';
import { eventStoreMigration } from '../migration';
import { envelopedEvent } from './enveloped-event';

/** A log, and somebody who owns the server: past every wall. */
export class TamperBench {
  private constructor(
    readonly test: TestDatabase,
    private readonly admin: Client,
  ) {}

  static async open(service: string): Promise<TamperBench> {
    const test = await testDatabase(service, [eventStoreMigration(service), digestMigration(service)]);
    const admin = new Client({ connectionString: test.adminUrl });
    await admin.connect();
    await admin.query(`SET search_path = ${service.replaceAll('-', '_')}`);
    return new TamperBench(test, admin);
  }

  get database() {
    return this.test.database;
  }

  /** Appends to a stream, a call for each number of events; the ids. */
  async grow(tenant: string, stream: string, groups: readonly number[]): Promise<string[]> {
    const ids: string[] = [];
    for (const size of groups) {
      const events = Array.from({ length: size }, () => envelopedEvent({ tenant, stream }));
      await this.database.writer([tenant], (tx) => eventStore.append(tx, events));
      ids.push(...events.map(({ id }) => id));
    }
    return ids;
  }

  /** Runs statements as the superuser; each must touch a row. */
  async tamper(tenant: string, ...statements: string[]): Promise<void> {
    for (const sql of statements) {
      const { rowCount } = await this.admin.query(sql.replaceAll(':tenant', `'${tenant}'`));
      if (!rowCount) throw new Error(`nothing was changed by: ${sql}`);
    }
  }

  async ask<R>(sql: string, values: unknown[] = []): Promise<R[]> {
    return (await this.admin.query(sql, values)).rows as R[];
  }

  /** A tenant with two streams; ids by version. */
  async tenantWithStreams() {
    const [tenant, a, b] = [randomUUID(), randomUUID(), randomUUID()];
    const ids = { a: await this.grow(tenant, a, [1, 2, 1, 2]), b: await this.grow(tenant, b, [2, 1]) };
    return { tenant, a, b, ids };
  }

  async close(): Promise<void> {
    await this.admin.end();
    await this.test.drop();
  }
}
