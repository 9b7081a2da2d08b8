import { Client } from 'pg';
import type { Tx } from './database.contract';
import { roleName, schemaName } from './roles';
import { serverError } from './server-gone';

/**
 * One transaction as the owner of a service's schema, on a connection of its own: for what is done to a store from outside
 * while its service stands still. No row of a tenant table is seen by the owner either, unless it lifts the wall.
 * @param url the service's login, or one that may act as the owner
 */
export async function asOwner<T>(url: string, service: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, options: `-c role=${roleName(service, 'owner')} -c search_path=${schemaName(service)}`, application_name: 'tl_owner' });
  try {
    await client.connect();
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    throw serverError(error);
  } finally {
    await client.end();
  }
}
