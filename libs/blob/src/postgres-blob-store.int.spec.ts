import { randomBytes, randomUUID } from 'node:crypto';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { Client } from 'pg';
import { PART_BYTES } from './blob-driver.contract';
import { openPostgresBlobStore } from './open-blob-store';
import { BLOB_SCHEMA, blobMigrations } from './postgres/blob.migration';
import { blobFaultsContract, blobOutageContract, blobStoreContract, blobStreamsContract, blobUploadsContract, cutOffProxy, type BlobPlace, type Network } from './testing';

const LEFTOVERS = `
  SELECT 'upload ' || session AS name FROM blob.blob_upload
  UNION ALL SELECT 'part ' || n FROM blob.blob_part
  UNION ALL SELECT 'chunk ' || n FROM blob.blob_chunk c WHERE NOT EXISTS (SELECT FROM blob.blob b WHERE b.content = c.content)`;

/** As a superuser, who sees all rows. */
async function leftovers({ adminUrl }: TestDatabase): Promise<string[]> {
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  const { rows } = await admin.query<{ name: string }>(LEFTOVERS).finally(() => admin.end());
  return rows.map(({ name }) => name);
}

async function place(): Promise<BlobPlace> {
  const test = await testDatabase(BLOB_SCHEMA, blobMigrations);
  return { url: test.url, leftovers: () => leftovers(test), close: () => test.drop() };
}

async function placeBehindNetwork(): Promise<BlobPlace & { network: Network }> {
  const test = await testDatabase(BLOB_SCHEMA, blobMigrations);
  const network = await cutOffProxy(new URL(test.url));
  const url = new URL(test.url);
  url.host = network.host;
  return { url: url.href, network, leftovers: () => leftovers(test), close: () => network.close().then(() => test.drop()) };
}

blobStoreContract('PostgreSQL', place);
blobStreamsContract('PostgreSQL', place);
blobUploadsContract('PostgreSQL', place);
blobFaultsContract('PostgreSQL', place);
blobOutageContract('PostgreSQL', placeBehindNetwork);

describe('blobs in PostgreSQL', () => {
  const [tenant, stranger] = [randomUUID(), randomUUID()];
  let test: TestDatabase;

  beforeAll(async () => {
    test = await testDatabase(BLOB_SCHEMA, blobMigrations);
    const store = openPostgresBlobStore(test.database);
    await store.put(tenant, randomUUID(), Buffer.from('x'));
    await (await store.begin({ tenant, id: randomUUID() }, { maxBytes: PART_BYTES })).append(0, Buffer.from('y'));
  });
  afterAll(() => test.drop());

  const count = 'SELECT count(*)::int AS count FROM';
  const counted = async (table: string, of: string | undefined) =>
    (await test.database.writer(of ? [of] : [], (tx) => tx.query<{ count: number }>(`${count} ${table}`))).rows[0]!.count;

  it.each([['blob', 1], ['blob_chunk', 2], ['blob_upload', 1], ['blob_part', 1]])('are seen in %s by their own tenant only', async (table, rows) => {
    expect(await counted(table, tenant)).toBe(rows);
    expect(await counted(table, stranger)).toBe(0);
    expect(await counted(table, undefined)).toBe(0);
  });

  it.each(['blob_chunk', 'blob_part'])('show the relay no content: %s', async (table) => {
    await expect(test.database.relay((tx) => tx.query(`${count} ${table}`))).rejects.toThrow('permission denied');
  });

  it('finish a delete that was cut short when they are swept', async () => {
    const store = openPostgresBlobStore(test.database);
    const id = randomUUID();
    await store.write({ tenant, id }, [randomBytes(PART_BYTES + 1)], { maxBytes: 2 * PART_BYTES });
    const before = await counted('blob_chunk', tenant);
    await test.database.writer([tenant], (tx) =>
      tx.query(`WITH gone AS (DELETE FROM blob WHERE tenant = $1 AND id = $2 RETURNING content)
        INSERT INTO blob_upload (tenant, session, class, id, max_bytes, dropped) SELECT $1, content, 'log', $2, 0, true FROM gone`, [tenant, id]));
    expect(await store.sweep(new Date(0))).toBe(1);
    expect(await counted('blob_chunk', tenant)).toBe(before - 33);
  });

  it('are not given out where the rows hold other bytes', async () => {
    const store = openPostgresBlobStore(test.database);
    const id = randomUUID();
    await store.put(tenant, id, Buffer.from('as it was'));
    await test.database.writer([tenant], (tx) =>
      tx.query(`UPDATE blob_chunk SET bytes = '\\x00' WHERE content = (SELECT content FROM blob WHERE id = $1)`, [id]));
    await expect(store.get(tenant, id)).rejects.toMatchObject({ kind: 'rejected', slug: 'blob-hash-mismatch' });
  });
});
