import { tenantId } from '@throughline/contracts';
import { openVault } from './open-vault';
import { memoryKeyPort } from './testing';

const TENANTS = 200;
const held = () => process.memoryUsage().heapUsed + process.memoryUsage().external;

// Each had room for 60,000 remembered hashes set aside, 1.3 MB: a process that published the configuration of some 4,000 tenants ran out of memory, at every start.
it("a tenant's keys in memory take some kilobytes", async () => {
  const vault = openVault(memoryKeyPort(), () => new Date('2026-01-31T12:00:00Z'));
  const before = held();
  for (let i = 0; i < TENANTS; i += 1) await vault.forTenant(tenantId(`many-${i}`));
  expect((held() - before) / TENANTS).toBeLessThan(200_000);
});
