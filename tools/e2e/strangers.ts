import { tenantId } from '@throughline/contracts';
import { Client } from 'pg';
import { ask, lookup } from '../clients/api.mjs';
import { until, type DemoFile, type Product } from './product';

/** What the demo tenant has, by the parameter that names it in a path. */
export interface Belongings {
  customerId: string;
  interactionId: string;
  deadLetterId: string;
  keyId: string;
  accountId: string;
  tenantId: string;
  /** Stands in the content of what she wrote. */
  secret: string;
  phone: string;
}

/** Fills the demo tenant with one customer, one interaction and one dead letter. */
export async function fill(demo: DemoFile): Promise<Belongings> {
  const phone = '+14155550177';
  const secret = 'the-secret-of-the-first-tenant';
  const post = (text: string) =>
    ask(demo, 'POST', '/v1/interactions', { id: 'walls-1', account: 'acc_api', type: 'message.received', direction: 'inbound', occurredAt: new Date().toISOString(), identities: [{ namespace: 'phone', value: phone }], content: { text } });
  const { interactionId } = await post(secret);
  await post(`${secret}, changed`);
  await ask(demo, 'GET', `/v1/interactions/${interactionId}?wait=20000`);
  const deadLetters = await until(() => ask(demo, 'GET', '/v1/dead-letters'), ({ items }) => items.length > 0);
  const key = (await ask(demo, 'GET', '/v1/keys')).items[0];
  const customer = await lookup(demo, 'phone', phone);
  return { customerId: customer.customerId, interactionId, deadLetterId: deadLetters.items[0].id, keyId: key.id, accountId: 'acc_api', tenantId: tenantId('demo'), secret, phone };
}

/** Rows of other tenants that the reader role of any schema sees as this tenant, or as none, by table. */
export async function rowsOfOthers(product: Product, tenant: string | undefined): Promise<{ tables: number; seen: Record<string, number> }> {
  const client = new Client({ connectionString: product.databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ schema: string; table: string }>(
      `SELECT table_schema AS schema, table_name AS table FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
        WHERE column_name = 'tenant' AND table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
    );
    const seen: Record<string, number> = {};
    for (const { schema, table } of rows) {
      const count = await readAs(client, schema, table, tenant);
      if (count > 0) seen[`${schema}.${table}`] = count;
    }
    return { tables: rows.length, seen };
  } finally {
    await client.end();
  }
}

async function readAs(client: Client, schema: string, table: string, tenant: string | undefined): Promise<number> {
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL ROLE tl_${schema}_reader`);
    await client.query(`SELECT set_config('tl.tenants', $1, true)`, [tenant ? `{${tenant}}` : '']);
    const { rows } = await client.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${schema}.${table} WHERE tenant IS DISTINCT FROM $1`, [tenant]);
    return rows[0]!.count;
  } catch (error) {
    // A table the reader may not read at all shows nothing either.
    if ((error as { code?: string }).code === '42501') return 0;
    throw error;
  } finally {
    await client.query('ROLLBACK');
  }
}
