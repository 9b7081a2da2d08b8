import { Client } from 'pg';
import { AbstractLogger, DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import type { Migration } from './database.contract';
import { roleName, schemaName } from './roles';
import { serverError } from './server-gone';

/**
 * Brings a service's schema up to date, as its owner: each migration once, in the order of their times, in a transaction of
 * its own. Several processes may start at once: one migrates, the others wait. What was applied stands in the table `migration`.
 * @param url the service's login
 */
export async function migrate(url: string, service: string, migrations: readonly Migration[]): Promise<void> {
  const lock = new Client({ connectionString: url, application_name: 'tl_migrate' });
  try {
    await lock.connect();
    await lock.query('SELECT pg_advisory_lock(hashtext($1))', [`migrate ${service}`]);
    await run(url, service, migrations);
  } catch (error) {
    throw serverError(error);
  } finally {
    await lock.end();
  }
}

async function run(url: string, service: string, migrations: readonly Migration[]): Promise<void> {
  const source = new DataSource({
    type: 'postgres',
    url,
    schema: schemaName(service),
    migrations: migrations.map(migrationClass),
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
    installExtensions: false,
    logger: new Quiet(),
    extra: { max: 1, options: `-c role=${roleName(service, 'owner')}`, application_name: 'tl_migrate' },
  });
  await source.initialize();
  try {
    await source.runMigrations();
    await source.query(`REVOKE ALL ON migration FROM ${roleName(service, 'writer')}, ${roleName(service, 'reader')}`);
  } finally {
    await source.destroy();
  }
}

/** TypeORM prints a failed migration to the console; here its error is thrown. */
class Quiet extends AbstractLogger {
  protected override writeLog(): void {}
}

/** TypeORM wants the time at the name's end and runs migrations by it. */
function migrationClass({ name, sql }: Migration): new () => MigrationInterface {
  const [, time, title] = /^(\d{13})([A-Z]\w*)$/.exec(name) ?? [];
  if (!time) throw new Error(`a migration is named <13 digits><PascalCase>, not ${name}`);
  return class implements MigrationInterface {
    readonly name = `${title}${time}`;

    async up(runner: QueryRunner): Promise<void> {
      await runner.query(sql);
    }

    down(): Promise<void> {
      return Promise.reject(new Error('migrations go forward only'));
    }
  };
}
