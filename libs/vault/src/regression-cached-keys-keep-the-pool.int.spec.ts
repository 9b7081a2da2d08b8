import { randomUUID } from 'node:crypto';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { segmentKeyMigration } from './segment-key.migration';
import { bufferBytes } from './testing/buffer-bytes';
import { given } from './testing/given-vault';

const SERVICE = 'vault-test';
const KEYS = 200;
/** What else goes through the process between two customers. */
const OTHERS_BYTES = 32_000;

let db: TestDatabase;
beforeAll(async () => void (db = await testDatabase(SERVICE, [segmentKeyMigration(SERVICE)])));
afterAll(() => db.drop());

// What was compared with the table, 60 bytes, was kept as a view of 64 KiB.
it('segment keys that are remembered keep none of the memory that was used beside them', async () => {
  const { vault } = given('2026-01-31T12:00:00Z');
  const tenant = randomUUID();
  const make = () => db.database.writer([tenant], (tx) => vault.segmentKeys(tx, tenant, [randomUUID()]));
  await make();
  const before = bufferBytes();
  for (let n = 0; n < KEYS; n++) {
    await make();
    for (let bytes = 0; bytes < OTHERS_BYTES; bytes += 4_000) Buffer.from('x'.repeat(4_000));
  }
  expect(bufferBytes() - before).toBeLessThan((KEYS * OTHERS_BYTES) / 4);
});
