// While the key store was not mounted a new tenant's first keys were made in the folder that goes away, and were missing with the next mount.
import { randomUUID } from 'node:crypto';
import { eventStore } from '@throughline/event-store';
import { openVault } from '@throughline/vault';
import { memoryKeyPort } from '@throughline/vault/testing';
import { ConfigChanges } from '../config/config-changes';
import { AdminForTest } from '../testing/admin-for-test';
import { Tenants } from './tenants';

it('a tenant is founded in the key store that holds the others, or not at all', async () => {
  const admin = await AdminForTest.start();
  try {
    await admin.tenant('Before');
    const { runtime } = admin.service;
    const empty = memoryKeyPort();
    const vault = openVault(empty, runtime.clock, { onlyFounded: true });
    const changes = new ConfigChanges({ database: await runtime.database('admin', []), store: eventStore, vault, clock: runtime.clock, version: '0' });
    await expect(new Tenants(changes, runtime.clock).create({ name: randomUUID() })).rejects.toMatchObject({ slug: 'tenant-keys-missing' });
    expect(await empty.tenants()).toEqual([]);
  } finally {
    await admin.service.close();
  }
});
