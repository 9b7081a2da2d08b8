import { roleName, schemaName } from './roles';

const tenants = `tenant = ANY ((SELECT nullif(current_setting('tl.tenants', true), '')::uuid[])::uuid[])`;

/** The table inside its schema, safe in SQL. */
function qualified(service: string, table: string): string {
  if (!/^[a-z][a-z0-9_]{0,59}$/.test(table)) throw new Error(`not a table name: ${table}`);
  return `${schemaName(service)}.${table}`;
}

/**
 * SQL for a table with a column `tenant uuid`: row-level security, forced, so that the writer and the reader see and write
 * the rows of their transaction's tenants only (none set: no rows). The sub-select makes PostgreSQL read the setting once
 * per statement, not per row. The owner has no policy: a migration that moves rows of such a table must add one for itself.
 * @param options.relay the relay role reads all tenants' rows: tables of the log and the bus only
 */
export function tenantWall(service: string, table: string, options: { relay?: boolean } = {}): string {
  const name = qualified(service, table);
  const relay = roleName(service, 'relay');
  return [
    `ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE ${name} FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY writer ON ${name} TO ${roleName(service, 'writer')} USING (${tenants}) WITH CHECK (${tenants})`,
    `CREATE POLICY reader ON ${name} FOR SELECT TO ${roleName(service, 'reader')} USING (${tenants})`,
    ...(options.relay ? [`GRANT SELECT ON ${name} TO ${relay}`, `CREATE POLICY relay ON ${name} FOR SELECT TO ${relay} USING (true)`] : []),
    '',
  ].join(';\n');
}

/** SQL for a table without tenants (checkpoints, the log's generation): the system and the writer role use it, the reader does not. */
export function systemTable(service: string, table: string): string {
  const name = qualified(service, table);
  return [
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ${name} TO ${roleName(service, 'system')}, ${roleName(service, 'writer')}`,
    `REVOKE ALL ON ${name} FROM ${roleName(service, 'reader')}`,
    '',
  ].join(';\n');
}
