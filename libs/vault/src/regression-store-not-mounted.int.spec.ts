// A key store that is not mounted was taken for one in which all had been destroyed: erasures were struck off the list though their keys stood, and
// opened again with the next mount; and for as long as a process held the tenant's other keys, who was not erased was told to be.
import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import { openFileKeyStore } from './file-key-port';
import { openVault } from './open-vault';
import { segmentKeyMigration } from './segment-key.migration';

const SERVICE = 'mount-test';
const folder = mkdtempSync(join(tmpdir(), 'tl-mount-'));
const [mounted, away, copy] = ['keys', 'away', 'copy'].map((name) => join(folder, name)) as [string, string, string];
const store = (at = mounted) => openFileKeyStore(at);
const open = (at?: string) => openVault(store(at), () => new Date('2026-01-31T12:00:00Z'), { onlyFounded: true });
const missing = { kind: 'unavailable', slug: 'tenant-keys-missing' };

let db: TestDatabase;
beforeAll(async () => void (db = await testDatabase(SERVICE, [segmentKeyMigration(SERVICE)])));
afterAll(async () => {
  await db.drop();
  rmSync(folder, { recursive: true });
});

const make = (vault: ReturnType<typeof open>, tenant: string, segment: string) => db.database.writer([tenant], (tx) => vault.segmentKeys(tx, tenant, [segment]));
const read = (vault: ReturnType<typeof open>, tenant: string, segment: string) => db.database.reader(tenant, (tx) => vault.existingSegmentKeys(tx, tenant, [segment]));
const erase = (tenant: string, segment: string) => db.database.writer([tenant], (tx) => open().erase(tx, tenant, [segment]));

/** A tenant with a segment that has a key. */
async function founded() {
  const [tenant, segment] = [randomUUID(), randomUUID()];
  await open().found(tenant);
  await make(open(), tenant, segment);
  return { tenant, segment };
}

async function unmounted<T>(work: () => Promise<T>): Promise<T> {
  renameSync(mounted, away);
  try {
    return await work();
  } finally {
    rmSync(mounted, { recursive: true, force: true });
    renameSync(away, mounted);
  }
}

it('nobody is told to be erased, and nothing is made', async () => {
  const { tenant, segment } = await founded();
  const vault = open();
  const keys = await vault.forTenant(tenant);
  await unmounted(async () => {
    await expect(read(vault, tenant, segment)).rejects.toMatchObject(missing);
    await expect(make(vault, tenant, randomUUID())).rejects.toMatchObject(missing);
    await expect(keys.open('x', { keyId: 'epoch:2026-01-30', box: Buffer.alloc(40) })).rejects.toMatchObject(missing);
    expect(await store().tenants()).toEqual([]);
  });
  expect((await read(vault, tenant, segment)).size).toBe(1);
});

it('an erasure is finished with the next mount, and those of others at once', async () => {
  const [one, other] = [await founded(), await founded()].sort((a, b) => (a.tenant < b.tenant ? -1 : 1)) as [Awaited<ReturnType<typeof founded>>, Awaited<ReturnType<typeof founded>>];
  cpSync(mounted, copy, { recursive: true });
  rmSync(join(copy, one.tenant), { recursive: true });
  for (const { tenant, segment } of [one, other]) expect(await erase(tenant, segment)).toBe(1);
  await expect(unmounted(() => open().finishErasures(db.database))).rejects.toMatchObject(missing);
  await expect(open(copy).finishErasures(db.database)).rejects.toMatchObject(missing);
  expect(await open().finishErasures(db.database)).toBe(1);
  expect(await open().finishErasures(db.database)).toBe(0);
});
