import { Client } from 'pg';
import type { Vault } from '@throughline/vault';
import { identityBinding } from '../membership.projection';
import type { ProfileBench } from './profile-bench';

/** Each read model with the order of its rows. */
export const READ_MODELS = {
  segment: 'segment',
  segment_link: 'segment, peer',
  timeline_item: 'interaction',
  segment_summary: 'segment, channel, account',
} as const;

type Row = Record<string, unknown> & { tenant: string; segment: string };

/** Every row of every read model of all tenants, what is sealed opened: each seal differs. */
export async function dump({ db, vault }: Pick<ProfileBench, 'db' | 'vault'>): Promise<Record<string, Row[]>> {
  const admin = new Client({ connectionString: db.adminUrl });
  await admin.connect();
  try {
    const tables: Record<string, Row[]> = {};
    for (const [table, order] of Object.entries(READ_MODELS)) {
      const { rows } = await admin.query<Row>(`SELECT * FROM profile.${table} ORDER BY tenant, ${order}`);
      tables[table] = await opened(db, vault, rows);
    }
    return tables;
  } finally {
    await admin.end();
  }
}

async function opened(db: ProfileBench['db'], vault: Vault, rows: readonly Row[]): Promise<Row[]> {
  const all: Row[] = [];
  for (const [tenant, own] of Map.groupBy(rows, (row) => row.tenant)) {
    const keys = await db.database.reader(tenant, (tx) => vault.existingSegmentKeys(tx, tenant, [...new Set(own.map((row) => row.segment))]));
    for (const row of own) {
      const key = keys.get(row.segment)!;
      if (row.identity) row.identity = key.open(identityBinding(row.segment), row.identity as Buffer).toString();
      all.push(row);
    }
  }
  return all;
}
