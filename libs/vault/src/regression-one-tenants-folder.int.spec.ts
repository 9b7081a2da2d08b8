// One tenant's folder that could not be written to (another owner, a damaged disk) kept the keys of all tenants behind her for ever: those
// whose time was over, and those that erasures had left.
import { randomUUID } from 'node:crypto';
import { unavailable } from '@throughline/contracts';
import { testDatabase } from '@throughline/postgres/testing';
import type { KeyPort } from './key-port.contract';
import { segmentKeyMigration } from './segment-key.migration';
import { memoryKeyPort } from './testing';
import { given } from './testing/given-vault';

const SERVICE = 'one-folder-test';
const [broken, other] = [randomUUID(), randomUUID()].toSorted() as [string, string];
const refuse = unavailable('key-store-unavailable', 'EACCES');

function oneBroken() {
  const port = memoryKeyPort();
  const guard = <A extends unknown[]>(work: (tenant: string, ...args: A) => Promise<void>) => async (tenant: string, ...args: A) => (tenant === broken ? Promise.reject(refuse) : work(tenant, ...args));
  const guarded: KeyPort = { ...port, tenants: async () => [broken, other], destroy: guard(port.destroy), destroyPlaces: guard(port.destroyPlaces) };
  return given('2026-01-31T12:00:00Z', guarded);
}

it("keys whose time is over go, though another tenant's cannot be destroyed", async () => {
  const { port, vault, at } = oneBroken();
  for (const tenant of [broken, other]) await vault.forTenant(tenant);
  at('2026-02-16T00:05:00Z');
  await expect(vault.destroyExpired()).rejects.toBe(refuse);
  expect(await port.list(other, 'epoch')).not.toContain('epoch:2026-01-31');
});

it("what an erasure left goes, though another tenant's cannot be destroyed", async () => {
  const db = await testDatabase(SERVICE, [segmentKeyMigration(SERVICE)]);
  try {
    const { vault } = oneBroken();
    const erased = async (tenant: string) => {
      const segment = randomUUID();
      await db.database.writer([tenant], (tx) => vault.segmentKeys(tx, tenant, [segment]));
      await db.database.writer([tenant], (tx) => vault.erase(tx, tenant, [segment]));
    };
    for (const tenant of [broken, other]) await erased(tenant);
    await expect(vault.finishErasures(db.database)).rejects.toBe(refuse);
    const left = await db.database.relay((tx) => tx.query<{ tenant: string }>('SELECT tenant FROM left_place WHERE doomed'));
    expect(left.rows).toEqual([{ tenant: broken }]);
  } finally {
    await db.drop();
  }
});
